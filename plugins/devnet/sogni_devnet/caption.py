"""The text on a picture: the DEVNET mark, and a panel with the request."""

from __future__ import annotations

import functools
import re
import unicodedata

from PIL import Image, ImageDraw, ImageFont

MOST_LINES = 3

SHADE = 158
"""Opacity of a panel, 0 to 255."""

_QUOTES = str.maketrans("‘’“”–—×ß", "''\"\"--xs")

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@functools.lru_cache(maxsize=16)
def font(size: int) -> Font:
    """Return the font that Pillow contains, so that no system font is needed; size in px."""
    return ImageFont.load_default(size)


def cleaned(text: str) -> str:
    """Return text that the font can show, without control characters and with single blanks.

    The font of Pillow has little more than ASCII. Letters lose their accents, and characters of another script are
    replaced by their number, ``[12 characters]``, which is more useful than empty boxes.
    """
    plain = unicodedata.normalize("NFKD", text[:2000]).translate(_QUOTES)
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in plain if not unicodedata.combining(c))
    shown = re.sub(r"[^ -~]+(?: +[^ -~]+)*", lambda run: f" [{len(run[0])} characters] ", kept)
    return " ".join(shown.split())


def wrapped(text: str, face: Font, width: float, lines: int = MOST_LINES) -> list[str]:
    """Break text into at most so many lines of a width in px. Text that does not fit ends with an ellipsis."""
    done: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        while face.getlength(longer) > width:
            if line:
                done.append(line)
                line, longer = "", word
                continue
            # A word longer than the line, such as in scripts without spaces.
            fits = _fitting(longer, face, width)
            done.append(longer[:fits])
            longer = longer[fits:]
        line = longer
        if len(done) > lines:
            break
    done = [part for part in (*done, line) if part]
    if len(done) > lines:
        last = done[lines - 1]
        while last and face.getlength(last + "…") > width:
            last = last[:-1]
        done = [*done[: lines - 1], last.rstrip() + "…"]
    return done


def caption(picture: Image.Image, prompt: str, facts: str) -> Image.Image:
    """Return the picture with its mark and its panel; ``facts`` is the small line below the prompt.

    A transparent RGBA picture becomes an overlay for the frames of a clip.
    """
    width, height = picture.size
    unit = max(0.62, min(width, height) / 512)
    margin, pad = round(14 * unit), round(13 * unit)
    big, small = font(round(17 * unit)), font(max(9, round(11.5 * unit)))
    room = width - 2 * (margin + pad)
    lines = wrapped(cleaned(prompt) or "(no prompt)", big, room)
    below = wrapped(facts, small, room, 2)
    step, small_step = round(23 * unit), round(16 * unit)
    tall = 2 * pad + step * len(lines) + small_step * len(below)
    top = height - margin - tall
    picture = _panel(picture, (margin, top, width - margin, height - margin), round(12 * unit))
    draw = ImageDraw.Draw(picture)
    x, y = margin + pad, top + pad - round(2 * unit)
    for line in lines:
        draw.text((x, y), line, font=big, fill=(255, 255, 255))
        y += step
    y += round(3 * unit)
    for line in below:
        draw.text((x, y), line, font=small, fill=(214, 218, 230))
        y += small_step
    return badge(picture)


def badge(picture: Image.Image) -> Image.Image:
    """Return the picture with its mark only."""
    unit = max(0.62, min(picture.size) / 512)
    margin = round(14 * unit)
    face = font(round(13 * unit))
    text = "DEVNET"
    gap = round(2.4 * unit)
    width = sum(round(face.getlength(letter)) + gap for letter in text) - gap
    pad = round(9 * unit)
    box = (margin, margin, margin + width + 2 * pad, margin + round(25 * unit))
    picture = _panel(picture, box, round(7 * unit))
    draw, x = ImageDraw.Draw(picture), float(margin + pad)
    middle = (box[1] + box[3]) / 2
    for letter in text:
        draw.text((x, middle), letter, font=face, fill=(255, 255, 255), anchor="lm")
        x += round(face.getlength(letter)) + gap
    return picture


def _panel(picture: Image.Image, box: tuple[int, int, int, int], radius: int) -> Image.Image:
    """Darken a rounded box. Its corners are drawn at four times the size, since Pillow does not smooth them."""
    size = (box[2] - box[0], box[3] - box[1])
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    clear = picture.mode == "RGBA"
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255 if clear else SHADE
    )
    picture.paste((12, 14, 26, SHADE) if clear else (12, 14, 26), (box[0], box[1]), mask.reduce(2))
    return picture


def _fitting(text: str, face: Font, width: float) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if face.getlength(text[:middle]) <= width else (low, middle - 1)
    return low
