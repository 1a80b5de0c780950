"""The request model, which defines the options of a mode.

A mode's request is a pydantic model whose fields are marked as :class:`Argument` or :class:`Option`. Flags, help, JSON
Schema, validation and documentation are generated from it. Values are text from a command line, or typed values from
Python. The engine fills in settings and defaults before it builds the model, so a field whose option names a
``setting`` has no default here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from sogni_core.field import FieldSpec, Group, spec_of
from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sogni_core.context import Facts


@frozen
class Argument:
    """Marks a field as a positional argument."""

    help: str
    """One sentence."""
    metavar: str = ""
    """Name in help; empty for the field's name in capitals."""
    missing: str = ""
    """Message if it is missing; empty for a general one."""
    kind: str = "image"
    """For assets: what the file has to be, ``image``, ``audio`` or ``video``."""
    required: bool = False
    """Whether the rules of the mode refuse a request without it. One without a default is required anyway."""


@frozen
class Fixed:
    """Marks an inherited field as no option of the subclass; its value is the field's default.

    ``steps: Annotated[int | None, Fixed()] = None`` drops ``--steps``: help and schema leave it out, and a call that
    gives it is refused. The default may be any value of the field's type, so that
    ``output_format: Annotated[ImageFormat | None, Fixed()] = "png"`` makes every output a PNG image.
    """


@dataclass(frozen=True, init=False)
class Option:
    """Marks a field as an option."""

    flags: tuple[str, ...]
    """Spellings, as ``"-n", "--count"``; ``"--filter/--no-filter"`` for a switch with both forms."""
    help: str
    """One sentence. It is shown by every front end, so it does not name flags."""
    setting: str | None
    """Key of the setting that provides the value if the option is not given; the field then has no default."""
    shown: str
    """Default to show in help if the engine works it out, such as ``"depends on the model"``."""
    metavar: str
    """Name of the value in help; empty to derive it from the type."""
    separator: str
    """For lists: split each text here, trim blanks and drop empty items; empty for no splitting."""
    fills: str
    """For a switch: the asset field that it fills with the last render's image."""
    json: str
    """Name in JSON output; empty for the field's name in camelCase."""
    kind: str
    """For assets: what the file has to be, ``image``, ``audio`` or ``video``."""
    plans: bool
    """For a switch: show what would be submitted and its price, and submit nothing."""
    names_workflow: bool
    """Whether the value is the name of the workflow, or an alias of it. The setting of such an option counts only if
    neither the model nor the assets decide the workflow; the field then holds the name of the chosen one."""
    group: str
    """Heading under which help lists it, one of :class:`sogni_core.field.Group` or any text. Empty: the group of the
    inherited option with the same name, else the mode's own options."""
    required: bool
    """Whether the rules of the mode refuse a request without it, although the field has a default."""
    hidden: bool
    """Whether the option works without being shown: not in help, JSON Schema, skills or shell completion."""
    deprecated: str
    """What to use instead, one sentence; empty if the option is not deprecated. A call that gives the option warns."""

    def __init__(
        self,
        *flags: str,
        help: str,
        setting: str | None = None,
        shown: str = "",
        metavar: str = "",
        separator: str = "",
        fills: str = "",
        json: str = "",
        kind: str = "image",
        plans: bool = False,
        names_workflow: bool = False,
        group: str = "",
        required: bool = False,
        hidden: bool = False,
        deprecated: str = "",
    ) -> None:
        for name, value in locals().items():
            if name not in ("self", "__class__"):
                object.__setattr__(self, name, value)


def lower(value: object) -> object:
    """Return text trimmed and in lower case, anything else unchanged: for choices that are accepted in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def file_path(value: object) -> object:
    """Refuse a path that names a folder, return anything else unchanged; for fields that name an output file."""
    if isinstance(value, str) and value.endswith(tuple(filter(None, (os.sep, os.altsep)))):
        raise ValueError("names a folder; add the name of a file")
    return value


def _format(value: object) -> object:
    folded = lower(value)
    return "jpg" if folded == "jpeg" else folded


def _strategy(value: object) -> object:
    folded = lower(value)
    return folded.replace("_", "-") if isinstance(folded, str) else folded


TokenType = Literal["spark", "sogni"]
"""Token to pay with."""

BillingMode = Literal["auto", "subscription", "tokens"]
"""Who pays: what the network chooses, the account's plan, or tokens."""

SeedStrategy = Annotated[Literal["random", "prompt-hash"], BeforeValidator(_strategy)]
"""How to choose a seed if none is given."""

ImageFormat = Annotated[Literal["png", "jpg", "webp"], BeforeValidator(_format)]
"""Format of an output image; ``jpeg`` is read as ``jpg``."""


class Request(BaseModel):
    """Base of every mode's request. Immutable; unknown fields are refused."""

    # pydantic builds a validator when it is first needed: help needs none, and a call needs one of all these classes.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    paid: ClassVar[bool] = False
    """Whether a run may submit projects, as those of :class:`RenderOptions` may. If not, a run works on this machine
    only: it needs no account and opens no network and no journal."""

    seeded: ClassVar[frozenset[str]] = frozenset()
    """Fields that always count in a seed that is derived from the request, such as ``guidance``. Other fields count
    only if the user gave them."""

    _given: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def given(self) -> frozenset[str]:
        """Fields that the caller gave; settings and defaults are not among them."""
        return self._given

    def settled(self, facts: Facts) -> Mapping[str, object]:
        """Return values that replace those of fields in a derived seed, such as a size that depends on an asset.

        Called before the rules, when the assets have been measured. Only the seed changes.
        """
        return {}

    def described(self, workflow: str) -> Mapping[str, object]:
        """Return fields to add to the JSON output of a run, if they follow from the request.

        Names are in camelCase. They may replace those of options, such as a width that was adjusted. The assets have
        been measured.
        """
        return {}

    @classmethod
    def markers(cls) -> Iterator[tuple[str, Argument | Option]]:
        """Yield the fields and their markers, in the order of declaration, inherited fields last."""
        return iter(_markers(cls))

    @classmethod
    def specs(cls) -> Mapping[str, FieldSpec]:
        """Return what each field takes and how front ends may call it, by name, in the order of :meth:`markers`."""
        return _specs(cls)


@cache  # one call reads the markers a dozen times
def _markers(model: type[Request]) -> tuple[tuple[str, Argument | Option], ...]:
    fields = model.model_fields
    own = [name for name in fields if name in model.__annotations__]
    return tuple(
        (name, mark)
        for name in [*own, *(name for name in fields if name not in own)]
        for mark in fields[name].metadata
        if isinstance(mark, Argument | Option)
    )


@cache
def _specs(model: type[Request]) -> Mapping[str, FieldSpec]:
    return {
        name: replace(spec_of(name, model.model_fields[name], mark), group=_group(model, name))
        for name, mark in model.markers()
    }


def _group(model: type[Request], name: str) -> str:
    """Return the heading of a field; an option that is declared again stays under the heading it had."""
    for base in model.__mro__:
        if issubclass(base, Request):
            for field, mark in base.markers():
                if field == name and isinstance(mark, Option) and mark.group:
                    return mark.group
    return ""


class RenderOptions(Request):
    """Options of every mode that renders, such as images and videos. Its runs may submit projects."""

    paid: ClassVar[bool] = True

    model: Annotated[
        str,
        Option("-m", "--model", help="Model id.", shown="depends on the workflow", metavar="ID", group=Group.MODEL),
    ] = ""
    count: Annotated[
        int, Field(ge=1), Option("-n", "--count", help="Number of outputs.", setting="count", group=Group.OUTPUT)
    ]
    output: Annotated[
        Path | None,
        BeforeValidator(file_path),
        Option(
            "-o",
            "--output",
            help="Save to this file. Several outputs are numbered.",
            metavar="PATH",
            group=Group.OUTPUT,
        ),
    ] = None
    token_type: Annotated[
        TokenType,
        BeforeValidator(lower),
        Option("--token-type", "--token", help="Token to pay with.", setting="token_type", group=Group.PAYMENT),
    ]
    billing_mode: Annotated[
        BillingMode | None,
        BeforeValidator(lower),
        Option(
            "--billing-mode",
            help="Who pays: the account's plan (subscription), tokens, or what the network chooses (auto).",
            shown="the network chooses",
            group=Group.PAYMENT,
        ),
    ] = None
    seed: Annotated[
        int,
        Field(ge=0, le=4294967295),
        Option("-s", "--seed", help="Seed.", shown="from the seed strategy", group=Group.SEED),
    ]
    last_seed: Annotated[
        bool, Option("--last-seed", "--reseed", help="Reuse the seed of the last render.", group=Group.SEED)
    ] = False
    seed_strategy: Annotated[
        SeedStrategy,
        Option(
            "--seed-strategy",
            help="How to choose a seed if none is given.",
            setting="seed_strategy",
            group=Group.SEED,
        ),
    ]
    steps: Annotated[
        int | None,
        Field(ge=1),
        Option("--steps", help="Inference steps.", shown="depends on the model", group=Group.MODEL),
    ] = None
    guidance: Annotated[
        float | None, Option("--guidance", help="Guidance scale.", shown="depends on the model", group=Group.MODEL)
    ] = None
    negative_prompt: Annotated[
        str, Option("--negative-prompt", help="What to avoid.", metavar="TEXT", group=Group.PROMPT)
    ] = ""
    style_prompt: Annotated[
        str,
        Option(
            "--style-prompt",
            help="Style, described separately from the subject.",
            metavar="TEXT",
            group=Group.PROMPT,
        ),
    ] = ""
    timeout: Annotated[
        int,
        Field(ge=1),
        Option(
            "-t",
            "--timeout",
            help="Time limit per output, in seconds.",
            shown="depends on the workflow and the model",
            group=Group.RUN,
        ),
    ]
    queue_timeout: Annotated[
        int,
        Field(ge=0),
        Option(
            "--queue-timeout",
            help="Longest wait in the queue, in seconds; with 0, the time limit is for the whole project.",
            setting="queue_timeout",
            group=Group.RUN,
        ),
    ]
    network: Annotated[
        str,
        Field(min_length=1),
        Option(
            "--network",
            help="Where to render: fast, relaxed, or a plugin's network.",
            setting="network",
            metavar="NAME",
            group=Group.PAYMENT,
        ),
    ]
    safety_filter: Annotated[
        bool,
        Option("--filter/--no-filter", help="Withhold sensitive outputs.", setting="safety_filter", group=Group.OUTPUT),
    ]


class ImageOptions(RenderOptions):
    """Options of every mode whose outputs are images."""

    width: Annotated[
        int,
        Field(ge=1),
        Option("-w", "--width", help="Width in pixels.", setting="image.width", group=Group.MODEL),
    ]
    height: Annotated[
        int,
        Field(ge=1),
        Option("-h", "--height", help="Height in pixels.", setting="image.height", group=Group.MODEL),
    ]
    output_format: Annotated[
        ImageFormat | None,
        Option(
            "--output-format",
            "--format",
            help="Image format.",
            shown="from the output's extension, else the service's",
            group=Group.OUTPUT,
        ),
    ] = None
    sampler: Annotated[
        str | None,
        Option("--sampler", help="Sampler.", shown="depends on the model", metavar="NAME", group=Group.MODEL),
    ] = None
    scheduler: Annotated[
        str | None,
        Option("--scheduler", help="Scheduler.", shown="depends on the model", metavar="NAME", group=Group.MODEL),
    ] = None
    loras: Annotated[
        tuple[str, ...],
        Option(
            "--lora",
            "--loras",
            "--lora-model",
            help="LoRA ids, repeated or separated by commas.",
            separator=",",
            metavar="ID",
            group=Group.MODEL,
        ),
    ] = ()
    lora_strengths: Annotated[
        tuple[float, ...],
        Option(
            "--lora-strength",
            "--lora-strengths",
            help="Strengths of the LoRAs, in the same order.",
            separator=",",
            group=Group.MODEL,
        ),
    ] = ()

    def image_fields(self) -> dict[str, Any]:
        """Return the image options to pass to ``ctx.run("image", …)``.

        These are the options that the caller gave and those that a subclass declares again. The image mode fills in
        everything else.
        """
        declared = type(self).model_fields
        return {
            name: getattr(self, name)
            for name, info in ImageOptions.model_fields.items()
            if name in self.given or (declared[name] is not info and declared[name].metadata != info.metadata)
        }
