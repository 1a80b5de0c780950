from __future__ import annotations

import pytest

from sogni_core.cli.invocation import read


@pytest.mark.parametrize(
    ("argv", "rest", "json", "quiet", "word"),
    [
        (["image", "x"], ("image", "x"), False, False, "image"),
        (["--json", "-q", "image", "x"], ("image", "x"), True, True, "image"),
        (["image", "--json", "x", "--quiet"], ("image", "--json", "x", "--quiet"), True, True, "image"),
        (["image", "--", "--json", "-q"], ("image", "--", "--json", "-q"), False, False, "image"),
        (["--json"], (), True, False, None),
        (["--help"], ("--help",), False, False, None),
        ([], (), False, False, None),
    ],
)
def test_flags_for_every_command_are_read_wherever_they_stand(
    argv: list[str], rest: tuple[str, ...], json: bool, quiet: bool, word: str | None
) -> None:
    found = read(argv, debug=False)
    assert (found.argv, found.json, found.quiet, found.word) == (rest, json, quiet, word)


@pytest.mark.parametrize(
    ("argv", "rest", "files"),
    [
        (["--plugin", "a.py", "image", "x"], ("image", "x"), ("a.py",)),
        (["image", "--plugin=a.py", "x", "--plugin", "b.py"], ("image", "x"), ("a.py", "b.py")),
        (["--json", "--plugin", "a.py", "-q", "image"], ("image",), ("a.py",)),
        (["image", "--", "--plugin", "a.py"], ("image", "--", "--plugin", "a.py"), ()),
        (["image", "--plugin"], ("image",), ("",)),
        (["image", "--plugin="], ("image",), ("",)),
        (["image", "--plugins", "a.py"], ("image", "--plugins", "a.py"), ()),
    ],
)
def test_plugin_files_are_taken_out_wherever_they_stand(
    argv: list[str], rest: tuple[str, ...], files: tuple[str, ...]
) -> None:
    found = read(argv, debug=False)
    assert (found.argv, found.files) == (rest, files)
