"""Pages, help and messages are plain English: the phrases below make readers stop, and each has a better wording."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from sogni_gen.help import help_text
from sogni_gen.vocabulary import Vocabulary

from sogni_core._core_app import CoreApp
from sogni_core._engine.resolver import request_class
from sogni_core.cli import command_help, parameters
from sogni_core.cli import help as help_pages
from sogni_core.plugin import Mode
from sogni_core.settings import schema
from tools import examples
from tools.generate import WHOLE
from tools.pages import skill
from tools.repository import ROOT, host

INSTEAD: Mapping[str, str] = {
    r"who(?:m|se)?ever": "say what the page does, or name the person: you, the user, an author",
    r"for everybody": "say what the page does",
    r"by nobody|nobody (?:is logged in|has (?:run|tried)|knows|asked)": "not logged in, untested, unknown",
    r"stands? above": "takes precedence over",
    r"stands? (?:in|there|alone|between|under|here|at|behind)": "is",
    r"(?:layer|variable|setting)s?(?: that)? (?:speaks?|spoke)": "applies, sets it",
    r"anew": "again, new",
    r"beside": "besides, in parallel, next to",
    r"words? behind|behind (?:the (?:prompt|command)|it)": "after",
    r"rooms?": "package, layer",
    r"of (?:its|their|his|her|our|your|my) own": "its, separate, new",
    r"(?<!there )(?:is|are) (?:no|none of) (?!longer|more)(?:\w+ )?(?:file|image|picture|video|setting)": "is not a",
    r"no image file": "is not an image",
    r"carr(?:y|ies|ied) (?:\w+ )?out": "run, runs",
    r"(?:taken?|takes) (?:\w+ )?up": "resumed, looked up",
    r"go(?:es)? on with": "continue, resume",
    r"so far as": "if",
    r"(?:images?|pictures?|videos?) of (?:a|the) prompt|seed made of": "from a prompt, derived from",
    r"stand-ins?": "placeholder",
    r"(?:told|tells?) of": "describes, reports",
    r"nothing else than": "only",
    r"sent upright|turned upright": "rotated",
    r"pictures (?:per|a) second|in pictures": "frames per second, in frames",
    r"what (?:becomes?|became|comes) of": "what happened to, the state of",
    r"in place of": "instead of",
    r"where (?:that|it) is right": "where appropriate",
    r"could not be asked": "could not be fetched",
    r"what to keep out|whose motion is": "what to avoid; the video whose … to copy",
}
"""Phrase, as a pattern for whole words in any case, to what to write instead."""

PATTERNS = {phrase: re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE) for phrase in INSTEAD}

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_TAG = re.compile(r"<[^>]+>")
_TABLE_FROM_CODE = re.compile(r"^<!-- table: (\w+) -->.*?^<!-- end of table: \1 -->$", re.DOTALL | re.MULTILINE)


def prose(page: str) -> str:
    """Return what a page says, without code, comments, and tables that are made from code."""
    for pattern in (_TABLE_FROM_CODE, _COMMENT, _FENCE):
        page = pattern.sub("", page)
    return _CODE.sub("`…`", page)


def found(text: str) -> dict[str, str]:
    """Return the phrases of a text that are not plain English, each with its last place and what to write instead."""
    flat = " ".join(text.split())
    return {
        place[0].lower(): f"…{flat[max(place.start() - 40, 0) : place.end() + 30]}… Better: {INSTEAD[phrase]}"
        for phrase, pattern in PATTERNS.items()
        for place in pattern.finditer(flat)
    }


def written() -> list[Path]:
    """List the pages that are written by hand, the texts for agents and the fragments of the changelog."""
    generated = {*(ROOT / name for name in WHOLE), *examples.skill_pages()}
    sources = [*ROOT.glob("sogni_core/_builtin/skill/*.md"), *ROOT.glob("plugins/*/sogni_*/skill.md")]
    others = [ROOT / "bench/README.md", *ROOT.glob("changes/*.md")]
    return sorted({*examples.pages(), *sources, *others} - generated)


@pytest.mark.parametrize("page", written(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_plain_english(page: Path) -> None:
    assert found(prose(page.read_text("utf-8"))) == {}


@pytest.mark.parametrize("image", sorted(ROOT.glob("docs/images/*.svg")), ids=lambda image: image.name)
def test_a_drawing_is_plain_english(image: Path) -> None:
    assert found(_TAG.sub(" ", image.read_text("utf-8"))) == {}


@pytest.mark.parametrize(
    "page", [*written(), *(ROOT / name for name in WHOLE if name.endswith(".md"))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)  # fmt: skip
def test_a_page_starts_with_what_it_does(page: Path) -> None:
    text = prose(page.read_text("utf-8"))
    opening = next((block for block in text.split("\n\n") if block.strip() and not block.startswith("#")), "")
    assert not re.match(r"\s*For (?!example|each|images)", opening), "say what the page does, not for whom it is"


WIDE = 100_000
"""Columns: nothing is broken into lines."""


def messages(package: Path) -> Iterator[str]:
    """Yield the texts in the code of a package that are no docstrings, values of f-strings as ``…``."""
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        apart = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                apart |= {*node.values}
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart:
                yield node.value


def helped() -> Iterator[tuple[str, str]]:
    """Yield every help page as the programs write it."""
    app, registry = CoreApp(host(), environ={"SOGNI_CONFIG_DIR": str(ROOT / "none")}), host().registry
    yield "sogni --help", help_pages.program_page(registry).text(WIDE)
    for word, group in help_pages.grouped_commands(registry).items():
        if len(group) > 1:
            yield f"sogni {word} --help", help_pages.group_page(word, group).text(WIDE)
        for owned in group:
            shown = list(command_help.parameters_of(host().resolve(owned, owned.record.target)))
            yield f"sogni {owned.record.name} --help", command_help.page(owned.record, shown).text(WIDE)
    for mode in registry.usable(Mode):
        page = parameters.page(mode.record.name, mode.record, request_class(mode), app.settings)
        yield f"sogni {mode.record.name} --help", page.text(WIDE)
    yield "sogni-gen --help", help_text(Vocabulary(app.modes), app.settings, WIDE)


def described(model: Any) -> Iterator[str]:
    """Yield the descriptions of a settings table and of the tables in it."""
    for info in model.model_fields.values():
        assert info.description
        yield info.description
        inner = schema.bare(info.annotation)
        if schema.is_mapping(inner):
            inner = schema.bare(get_args(inner)[1])
        if schema.is_model(inner):
            yield from described(inner)


@cache
def texts() -> Mapping[str, str]:
    """Return what the program and the generated pages say: help, settings, codes, docstrings, the skill, messages."""
    pages = {name: prose(render()) for name, render in WHOLE.items() if name.endswith(".md")}
    told = {name: prose(text) for name, text in skill.files().items()}
    packages = (ROOT / "sogni_core", *sorted(ROOT.glob("plugins/*/sogni_*")))
    said = {package.relative_to(ROOT).as_posix(): " | ".join(messages(package)) for package in packages}
    codes = " | ".join(f"{code.meaning} {code.remedy}" for code in host().registry.error_codes.values())
    tables = [host().resolve(owned, owned.record.model) for owned in host().registry.settings().values()]
    settings = " | ".join(text for table in tables for text in described(table))
    return pages | told | said | dict(helped()) | {"error codes": codes, "settings": settings}


@pytest.mark.parametrize("name", texts())
def test_texts_in_the_code_are_plain_english(name: str) -> None:
    assert found(texts()[name]) == {}


def test_a_phrase_is_found_across_lines_and_not_in_code() -> None:
    assert found(prose("It is carried\nout `anew`.\n\n```console\n$ sogni rooms\n```\n")) == {
        "carried out": "…It is carried out `…`.… Better: run, runs"
    }
