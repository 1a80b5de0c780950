from __future__ import annotations

import unicodedata
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core.text import clean, clean_block, nearest, quote_path, read_number


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://x.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x1b]52;c;never ended", "52;c;never ended"),
        ("\x1bcreset", "reset"),
        ("a\r\nb\tc\x0bd\u2028e\u00a0f", "a b c d e f"),
        ("  edges  ", "edges"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\U000e0041\U000e0042tag", "tag"),
        ("lone\ud83d", "lone"),
        ("bell\x07\x00\x7f\x80", "bell"),
        ("café 🐱 猫", "café 🐱 猫"),
        (b"bytes \xff", "bytes \ufffd"),
        (42, "42"),
        (None, "None"),
    ],
)
def test_clean_leaves_one_visible_line(raw: object, shown: str) -> None:
    assert clean(raw) == shown


def test_clean_cuts_with_an_ellipsis() -> None:
    assert clean("x" * 600) == "x" * 499 + "…"
    assert clean("x" * 500) == "x" * 500
    assert clean("abcdef", 4) == "abc…"


def test_clean_looks_at_a_bounded_part_of_a_huge_text() -> None:
    assert clean("\x1b[31m" * 2_000_000 + "end") == ""


@given(st.text())
def test_clean_gives_printable_text_and_is_stable(raw: str) -> None:
    shown = clean(raw)
    assert len(shown) <= 500
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    shown.encode()
    assert clean(shown) == shown


def test_every_format_character_without_a_glyph_is_dropped() -> None:
    visible = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    left = {code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf" and clean(chr(code))}
    assert left <= visible


def test_clean_block_keeps_lines() -> None:
    assert clean_block("one\r\n\x1b[1mtwo\x1b[0m\n\n\n\tthree  \n\n") == "one\ntwo\n\n    three"
    assert clean_block("\n".join("abcdef"), lines=3) == "a\nb\n…"
    assert clean_block("x" * 20, limit=5) == "xxxx…"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/tmp/cat.png", "/tmp/cat.png"),
        ("a cat.png", '"a cat.png"'),
        ("a\ncat", '"a\\x0acat"'),
        ("caf\udce9.png", '"caf\\xe9.png"'),
        ("abc\u202egnp.exe", '"abc\\u202egnp.exe"'),
        ("tag\U000e0041", '"tag\\U000e0041"'),
        ("", '""'),
        (PureWindowsPath(r"C:\Users\me\cat.png"), r"C:\Users\me\cat.png"),
    ],
)
def test_quote_path_shows_what_cannot_be_seen(path: str, shown: str) -> None:
    assert quote_path(path) == shown


def test_nearest_name() -> None:
    known = ["token_type", "network", "video.fps"]
    assert nearest("token-typ", known) == "token_type"
    assert nearest("NETWROK", known) == "network"
    assert nearest("vide.fps", known) == "video.fps"
    assert nearest("zzz", known) is None
    assert nearest("x" * 1_000_000, known) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", 1), (" 7 ", 7), ("+3", 3), ("512.0", 512), ("1e3", 1000), (".5", 0.5), ("-2", -2), ("1e400", None),
        ("", None), (" ", None), ("0x10", None), ("1_000", None), ("12px", None), ("Infinity", None), ("nan", None),
        ("٣", None), ("1e", None),
    ],
)  # fmt: skip
def test_numbers_are_decimal_only(text: str, found: float | None) -> None:
    assert read_number(text) == found
