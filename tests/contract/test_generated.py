"""What is made from the code is as the code would make it now, and links of pages lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import generate, links, snippets
from tools.examples import pages
from tools.kinds import described
from tools.markdown import prose
from tools.repository import ROOT


def test_generated_files_are_up_to_date() -> None:
    assert [path.relative_to(ROOT).as_posix() for path in generate.drift()] == [], "run: python -m tools.generate"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert list(links.broken(page, page.read_text("utf-8"))) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    page = ROOT / "README.md"
    assert list(links.broken(page, "[a](docs/nothing.md) [b](LICENSE) [c](https://sogni.ai) [d](#none)")) == [
        "docs/nothing.md is not there",
        "#none: there is no such heading",
    ]


def test_an_included_part_is_cut_at_its_markers(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n# docs: part\ny = 2\n# docs: end\nz = 3\n", "utf-8")
    assert snippets.part(file, "part") == "y = 2"
    with pytest.raises(LookupError, match="0 parts named other"):
        snippets.part(file, "other")


def test_docstrings_become_markdown() -> None:
    assert prose("Return the :class:`sogni_core.result.Result` of ``run``.\n\nMore,\nmuch more.") == (
        "Return the `Result` of `run`.\n\nMore, much more."
    )


@pytest.mark.parametrize(
    ("annotation", "words"), [(int, "whole number"), (str | None, "text"), (tuple[float, ...], "list of number")]
)
def test_types_are_said_in_words(annotation: object, words: str) -> None:
    assert described(annotation) == words
