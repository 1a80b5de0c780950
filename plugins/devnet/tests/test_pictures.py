"""What the devnet paints: exact sizes, the same every time, whatever the prompt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from sogni_devnet.caption import cleaned, font, wrapped
from sogni_devnet.scene import paint_scene


def paint(size=(256, 256), prompt="a cat wearing a hat", seed=1, **more):
    whole = {"model": "z_image_turbo_bf16", "thumbnails": [], "start": None, "start_weight": 0.0, **more}
    return paint_scene(size, prompt=prompt, seed=seed, **whole)


@pytest.mark.parametrize("size", [(256, 256), (257, 511), (1024, 576), (256, 2560), (2560, 256), (2560, 2560)])
def test_size_is_exact(size):
    picture = paint(size)
    assert (picture.size, picture.mode) == (size, "RGB")


def test_same_request_same_picture():
    assert paint().tobytes() == paint().tobytes()


def test_other_seed_or_prompt_other_picture():
    first = paint((512, 512))
    for other in (paint((512, 512), seed=2), paint((512, 512), prompt="a dog")):
        assert ImageChops.difference(first, other).crop((0, 60, 512, 380)).getbbox() is not None


def test_starting_image_shows_with_its_weight():
    start = Image.new("RGB", (90, 60), (0, 255, 0))
    spot = (128, 100)
    plain, half, whole = (paint(start=start, start_weight=w).getpixel(spot) for w in (0.0, 0.5, 1.0))
    assert whole == (0, 255, 0)
    assert half == tuple(pytest.approx((a + b) / 2, abs=2) for a, b in zip(plain, whole, strict=True))


@pytest.mark.parametrize("count", [1, 2, 3, 6, 17])
def test_context_images_are_shown(count):
    red = Image.new("RGB", (30, 50), (255, 0, 0))
    pixels = {colour: number for number, colour in paint((512, 512), thumbnails=[red] * count).getcolors(1 << 24)}
    assert pixels[255, 0, 0] > 700 * count


@pytest.mark.parametrize(
    "prompt", ["", "\ud800", "\0\x07\u202eabc", "夜の猫" * 500, "x" * 5000, "naïve café ☃ 🐈", "\n" * 99]
)
def test_any_prompt_can_be_written(prompt):
    assert paint(prompt=prompt).size == (256, 256)


def test_what_the_font_cannot_show_is_counted():
    assert cleaned("naïve café") == "naive cafe"
    assert cleaned("a 夜の猫 cat") == "a [3 characters] cat"
    assert cleaned("a\tb\x00c\u202ed") == "a b c d"


@given(st.text(max_size=300))
@settings(deadline=None)
def test_captions_fit(text):
    face = font(17)
    lines = wrapped(cleaned(text), face, 200)
    assert len(lines) <= 3
    assert all(face.getlength(line) <= 200 for line in lines)
