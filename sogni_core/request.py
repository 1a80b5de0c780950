"""The request: the only place where the options of a mode are written down.

A mode's request is a pydantic model whose fields are marked as :class:`Argument` or :class:`Option`.
Flags, help, JSON Schema, validation, and documentation are made from it. Values come as text from a
command line or typed from Python; the engine fills in settings and defaults before the model is built,
so a field whose option names a ``setting`` has no default here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from sogni_core.field import FieldSpec, spec_of
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
    """What to say if it is missing; empty for a general sentence."""
    kind: str = "image"
    """For assets: what the file has to be, ``image``, ``audio`` or ``video``."""


@dataclass(frozen=True, init=False)
class Option:
    """Marks a field as an option."""

    flags: tuple[str, ...]
    """Spellings, as ``"-n", "--count"``; ``"--filter/--no-filter"`` for a switch with both forms."""
    help: str
    """One sentence."""
    setting: str | None
    """Key of the setting that gives the value when the option does not; the field then has no default of its own."""
    shown: str
    """Default to show in help where the engine works it out, as ``"by model"``."""
    metavar: str
    """Name of the value in help; empty for one made from the type."""
    separator: str
    """For lists: each text is split at it, blanks trimmed, empty items dropped; empty for no splitting."""
    fills: str
    """For a switch: the asset field that takes the last render's image when it is on."""
    json: str
    """Name in JSON output; empty for the field's name in camelCase."""
    kind: str
    """For assets: what the file has to be, ``image``, ``audio`` or ``video``."""
    plans: bool
    """For a switch: a call with it shows what would be submitted and its price, and submits nothing."""
    names_workflow: bool
    """Whether the value is the name of the workflow, or an alias of it. The setting behind such an option counts only
    where neither the model nor the assets say which workflow is meant; the field then holds the chosen one's name."""

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
    ) -> None:
        for name, value in locals().items():
            if name not in ("self", "__class__"):
                object.__setattr__(self, name, value)


def lower(value: object) -> object:
    """Fold the case of text, leave the rest: for choices that are accepted in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def _format(value: object) -> object:
    folded = lower(value)
    return "jpg" if folded == "jpeg" else folded


def _file(value: object) -> object:
    if isinstance(value, str) and value.endswith(tuple(filter(None, (os.sep, os.altsep)))):
        raise ValueError("names a folder; add the name of a file")
    return value


def _strategy(value: object) -> object:
    folded = lower(value)
    return folded.replace("_", "-") if isinstance(folded, str) else folded


TokenType = Literal["spark", "sogni"]
"""What a project is paid with."""

SeedStrategy = Annotated[Literal["random", "prompt-hash"], BeforeValidator(_strategy)]
"""How a seed is made when none is given."""

ImageFormat = Annotated[Literal["png", "jpg", "webp"], BeforeValidator(_format)]
"""Format of an output image; ``jpeg`` is read as ``jpg``."""


class Request(BaseModel):
    """Base of every mode's request. Immutable; unknown fields are refused."""

    # Built when first asked to validate: help does without, and of all these classes a call needs one.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    paid: ClassVar[bool] = False
    """Whether a run may submit projects. A request that may not works on this machine alone: it needs no account, and
    no network or journal is opened for it. :class:`RenderOptions` may."""

    seeded: ClassVar[frozenset[str]] = frozenset()
    """Fields that count in a seed made of the request whoever chose their value, such as ``guidance``; others count
    only if the user gave them."""

    _given: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def given(self) -> frozenset[str]:
        """Fields that the caller gave, rather than a setting or a default."""
        return self._given

    def settled(self, facts: Facts) -> Mapping[str, object]:
        """Return the values that count in a seed made of the request where its assets change them, such as a size.

        Asked before the rules, when the assets were measured. Nothing else than the seed is changed.
        """
        return {}

    def described(self, workflow: str) -> Mapping[str, object]:
        """Return what JSON output says of a run besides the options, as far as it follows from the request alone.

        Names in camelCase; some may be those of options, such as a width that was adjusted. Assets were measured.
        """
        return {}

    @classmethod
    def markers(cls) -> Iterator[tuple[str, Argument | Option]]:
        """Yield the fields and their markers, in the order of declaration, own fields before inherited ones."""
        return iter(_markers(cls))

    @classmethod
    def specs(cls) -> Mapping[str, FieldSpec]:
        """Return what each field takes and how front ends may call it, by name, in the order of :meth:`markers`."""
        return _specs(cls)


@cache  # a request is looked through a dozen times on its way
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
    return {name: spec_of(name, model.model_fields[name], mark) for name, mark in model.markers()}


class RenderOptions(Request):
    """Options of every mode that renders, images and videos alike. Such a mode may submit projects."""

    paid: ClassVar[bool] = True

    model: Annotated[str, Option("-m", "--model", help="Model id.", shown="by workflow", metavar="ID")] = ""
    count: Annotated[int, Field(ge=1), Option("-n", "--count", help="Number of outputs.", setting="count")]
    output: Annotated[
        Path | None, BeforeValidator(_file), Option("-o", "--output", help="Save to this file.", metavar="PATH")
    ] = None
    token_type: Annotated[
        TokenType,
        BeforeValidator(lower),
        Option("--token-type", "--token", help="What to pay with.", setting="token_type"),
    ]
    seed: Annotated[int, Field(ge=0, le=4294967295), Option("-s", "--seed", help="Seed.", shown="by seed strategy")]
    last_seed: Annotated[bool, Option("--last-seed", "--reseed", help="Use the seed of the last render.")] = False
    seed_strategy: Annotated[
        SeedStrategy, Option("--seed-strategy", help="How a seed is made when none is given.", setting="seed_strategy")
    ]
    steps: Annotated[int | None, Field(ge=1), Option("--steps", help="Inference steps.", shown="by model")] = None
    guidance: Annotated[float | None, Option("--guidance", help="Guidance scale.", shown="by model")] = None
    negative_prompt: Annotated[str, Option("--negative-prompt", help="What to keep out.", metavar="TEXT")] = ""
    style_prompt: Annotated[str, Option("--style-prompt", help="Style, apart from the subject.", metavar="TEXT")] = ""
    timeout: Annotated[
        int,
        Field(ge=1),
        Option("-t", "--timeout", help="Time limit of one project, seconds.", shown="by workflow and model"),
    ]
    network: Annotated[
        str,
        Field(min_length=1),
        Option(
            "--network",
            help="Where to render: fast, relaxed, or a plugin's network.",
            setting="network",
            metavar="NAME",
        ),
    ]
    safety_filter: Annotated[
        bool, Option("--filter/--no-filter", help="Withhold sensitive outputs.", setting="safety_filter")
    ]


class ImageOptions(RenderOptions):
    """Options of every mode whose outputs are images."""

    width: Annotated[int, Field(ge=1), Option("-w", "--width", help="Width in pixels.", setting="image.width")]
    height: Annotated[int, Field(ge=1), Option("-h", "--height", help="Height in pixels.", setting="image.height")]
    output_format: Annotated[
        ImageFormat | None,
        Option("--output-format", "--format", help="Image format.", shown="by the extension of -o, else the service's"),
    ] = None
    sampler: Annotated[
        str | None,
        Option(
            "--sampler",
            help="Sampler.",
            shown="by model",
            metavar="NAME",
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        Option(
            "--scheduler",
            help="Scheduler.",
            shown="by model",
            metavar="NAME",
        ),
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
        ),
    ] = ()
    lora_strengths: Annotated[
        tuple[float, ...],
        Option(
            "--lora-strength",
            "--lora-strengths",
            help="LoRA strengths, in the order of the LoRAs.",
            separator=",",
        ),
    ] = ()

    def image_fields(self) -> dict[str, Any]:
        """Return the image options to hand on to ``ctx.run("image", …)``.

        They are those that the caller gave and those that a subclass declares anew; everything else is
        left for the image mode to fill in.
        """
        declared = type(self).model_fields
        return {
            name: getattr(self, name)
            for name, info in ImageOptions.model_fields.items()
            if name in self.given or (declared[name] is not info and declared[name].metadata != info.metadata)
        }
