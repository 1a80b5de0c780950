"""Pages, help and messages are plain English: the phrases below make readers stop, and each has a better wording."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tools import examples
from tools.generate import WHOLE
from tools.pages import skill
from tools.repository import ROOT

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
    r"what to keep out|whose motion": "what to avoid; the video whose … to copy",
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


LEFT: Mapping[str, tuple[str, ...]] = {
    "docs/reference/commands.md": (
        "anew",
        "go on with",
        "images of a prompt",
        "in pictures",
        "in place of",
        "layer that spoke",
        "pictures per second",
        "stands above",
        "taken up",
        "videos of a prompt",
        "what to keep out",
        "whose motion",
    ),
    "docs/reference/sogni-gen.md": ("images of a prompt", "videos of a prompt"),
    "docs/reference/settings.md": ("images of a prompt", "in place of", "stands in", "videos of a prompt"),
    "docs/reference/errors.md": ("nobody is logged in", "what became of", "where that is right"),
    "docs/reference/faults.md": ("carried out", "nobody knows"),
    "docs/reference/python.md": (
        "anew",
        "beside",
        "could not be asked",
        "go on with",
        "in place of",
        "nobody is logged in",
        "nothing else than",
        "of its own",
        "of their own",
        "pictures per second",
        "seed made of",
        "stand in",
        "stands in",
        "taken up",
        "what became of",
        "what to keep out",
        "whoever",
        "whose motion",
    ),
    "docs/plugins/reference/hooks.md": ("stands above", "whoever"),
    "SKILL.md": ("images of a prompt", "nobody is logged in", "videos of a prompt"),
    "references/image.md": ("images of a prompt", "what to keep out"),
    "references/multiangle.md": ("in pictures", "in place of", "pictures per second", "what to keep out"),
    "references/photobooth.md": ("what to keep out",),
    "references/video.md": ("videos of a prompt", "what to keep out", "whose motion"),
    "references/continue.md": ("what to keep out",),
    "references/errors.md": ("what became of", "where that is right"),
    "references/models.md": ("beside",),
    "sogni_core": (
        "beside",
        "could not be asked",
        "go on with",
        "images of a prompt",
        "in place of",
        "is no image",
        "is no video",
        "layer that spoke",
        "of its own",
        "stand in",
        "stands above",
        "stands between",
        "stands in",
        "told of",
        "what became of",
        "what to keep out",
        "where that is right",
    ),
    "plugins/devnet/sogni_devnet": ("carried out", "is no image", "nobody knows"),
    "plugins/multiangle/sogni_multiangle": ("in pictures", "in place of", "pictures per second"),
    "plugins/video/sogni_video": ("videos of a prompt", "whose motion"),
}
"""Phrases that the texts of the code still have, by where they are found. Take them out with the text; add none."""


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


@cache
def texts() -> Mapping[str, str]:
    """Return what the program and the generated pages say: help, settings, codes, docstrings, the skill, messages."""
    pages = {name: prose(render()) for name, render in WHOLE.items() if name.endswith(".md")}
    told = {name: prose(text) for name, text in skill.files().items()}
    packages = (ROOT / "sogni_core", *sorted(ROOT.glob("plugins/*/sogni_*")))
    said = {package.relative_to(ROOT).as_posix(): " | ".join(messages(package)) for package in packages}
    return pages | told | said


@pytest.mark.parametrize("name", texts())
def test_texts_in_the_code_are_plain_english(name: str) -> None:
    left = LEFT.get(name, ())
    assert {phrase: place for phrase, place in found(texts()[name]).items() if phrase not in left} == {}


def test_a_phrase_is_found_across_lines_and_not_in_code() -> None:
    assert found(prose("It is carried\nout `anew`.\n\n```console\n$ sogni rooms\n```\n")) == {
        "carried out": "…It is carried out `…`.… Better: run, runs"
    }
