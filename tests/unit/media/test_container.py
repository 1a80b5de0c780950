"""MP4 and QuickTime by their boxes. The samples were made with ffmpeg: 17 pictures, 64x48, 16 a second."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core.errors import InputError
from sogni_core.media import container, read_container
from sogni_core.media.asset import read_asset
from sogni_core.media.container import VideoFacts
from sogni_core.project import Asset

SAMPLES = Path(__file__).parent / "samples"
CLIP = (SAMPLES / "clip.mp4").read_bytes()


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4) + name + body


def wide(name: bytes, content: bytes) -> bytes:
    """Make a box with the 64-bit size of large files."""
    return (1).to_bytes(4) + name + (len(content) + 16).to_bytes(8) + content


def header(version: int, scale: int, duration: int) -> bytes:
    if version == 0:
        return bytes(12) + scale.to_bytes(4) + duration.to_bytes(4)
    return b"\1" + bytes(19) + scale.to_bytes(4) + duration.to_bytes(8)


def track(
    handler: bytes = b"vide", *, width: int = 64, height: int = 48, turned: bool = False, version: int = 0
) -> bytes:
    one, zero = (0x10000).to_bytes(4), bytes(4)
    matrix = (zero + one if turned else one + zero) + bytes(28)
    tkhd = (
        bytes([version])
        + bytes(51 if version else 39)
        + matrix
        + (width << 16).to_bytes(4)
        + (height << 16).to_bytes(4)
    )
    return box(b"trak", box(b"tkhd", tkhd), box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12))))


FTYP = box(b"ftyp", b"isom", bytes(4))
MDAT = box(b"mdat", b"media")
STREAMED = box(b"mvex", box(b"mehd", bytes(4), (3000).to_bytes(4)))
"""The duration of a file whose header was written first."""


def movie(*tracks: bytes, head: bytes | None = None, more: bytes = b"") -> bytes:
    return box(b"moov", box(b"mvhd", header(0, 1000, 2500) if head is None else head), *tracks, more)


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_container(path)
    assert caught.value.code == "UNSUPPORTED_MEDIA"
    assert caught.value.details["path"] == str(path)
    return str(caught.value.details["cause"])


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("clip.mp4", VideoFacts("video/mp4", 64, 48, 1.063, 17, False)),
        ("sound.mp4", VideoFacts("video/mp4", 64, 48, 1.0, 16, True)),
        ("clip.mov", VideoFacts("video/quicktime", 64, 48, 1.063, 17, False)),
        ("turned.mp4", VideoFacts("video/mp4", 48, 64, 1.063, 17, False)),
        # its index was written before there was anything to count
        ("fragmented.mp4", VideoFacts("video/mp4", 64, 48, 0.0, 0, False)),
        # sound alone, under the brand of a video
        ("voice.mp4", VideoFacts("audio/mp4", 0, 0, 1.0, 0, True)),
    ],
)
def test_what_a_program_wrote(name: str, facts: VideoFacts) -> None:
    found = read_container(SAMPLES / name)
    assert found._replace(seconds=0) == facts._replace(seconds=0)
    assert found.seconds == pytest.approx(facts.seconds, abs=0.001)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (FTYP + movie(track()) + MDAT, (64, 48, 2.5)),
        (FTYP + MDAT + movie(track()), (64, 48, 2.5)),
        (FTYP + wide(b"mdat", b"media") + movie(track(version=1, turned=True)), (48, 64, 2.5)),
        (FTYP + movie(track(), head=header(1, 48_000, 96_000)) + MDAT, (64, 48, 2.0)),
        # the last box may say that it reaches to the end, and padding may follow
        (FTYP + movie(track()) + bytes(4) + b"mdat" + b"media", (64, 48, 2.5)),
        (FTYP + movie(track()) + MDAT + bytes(7), (64, 48, 2.5)),
        # a duration that is not known
        (FTYP + movie(track(), head=header(0, 1000, 2**32 - 1)) + MDAT, (64, 48, 0.0)),
        (FTYP + movie(track(), head=header(1, 1000, 2**64 - 1)) + MDAT, (64, 48, 0.0)),
        (FTYP + movie(track(), head=header(0, 1000, 0), more=STREAMED) + MDAT, (64, 48, 3.0)),
        (FTYP + movie(track(b"soun"), track(b"hint"), track(width=16)) + MDAT, (16, 48, 2.5)),
        (FTYP + box(b"free", bytes(100)) + movie(track()) + MDAT, (64, 48, 2.5)),
    ],
)
def test_forms_that_are_allowed(tmp_path: Path, content: bytes, facts: tuple[int, int, float]) -> None:
    (tmp_path / "a").write_bytes(content)
    found = read_container(tmp_path / "a")
    assert (found.width, found.height, found.seconds) == facts


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "it is empty"),
        (b"\x89PNG\r\n\x1a\n", "it is image/png"),
        (b"hello", "it is not a video"),
        (CLIP[:-1], "it was cut short"),
        (CLIP[:200], "it was cut short"),
        (FTYP, "it has no index"),
        (FTYP + MDAT, "it has no index"),
        (FTYP + movie(track()), "it has no media in it"),
        (FTYP + movie(track()) + box(b"mdat"), "it has no media in it"),
        (FTYP + movie() + MDAT, "it has neither picture nor sound"),
        (FTYP + movie(track(b"hint")) + MDAT, "it has neither picture nor sound"),
        (FTYP + movie(track(width=0)) + MDAT, "its picture has no size"),
        (FTYP + box(b"moov", track()) + MDAT, "its index has no header"),
        (FTYP + movie(track(), head=b"") + MDAT, "its index has no header"),
        (FTYP + movie(track(), head=header(0, 0, 5)) + MDAT, "its index has no header"),
        (FTYP + movie(track(), more=b"\0\0\xff\xfffree") + MDAT, "its index does not fit together"),
        (FTYP + movie(track()) + (3).to_bytes(4) + b"mdat" + bytes(8), "its parts do not fit together"),
        (FTYP + (1).to_bytes(4) + b"mdat" + (2**63).to_bytes(8), "it was cut short"),
        (FTYP + box(b"free") * 100_001, "it has too many parts"),
        (FTYP + movie(box(b"free") * 100_001, track()) + MDAT, "its index has too many parts"),
    ],
)
def test_what_is_no_whole_video(tmp_path: Path, content: bytes, cause: str) -> None:
    assert refused(tmp_path / "a", content) == cause


def test_an_index_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.write(FTYP + (container.LARGEST_INDEX + 9).to_bytes(4) + b"moov")
        file.truncate(2**30)
    with pytest.raises(InputError, match="its index is larger than 16 MiB"):
        read_container(tmp_path / "a")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(CLIP) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(CLIP)))
def test_damage_is_said_and_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(CLIP)
    for place, value in changes:
        damaged[place] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged[:length])
    try:
        facts = read_container(path)
    except InputError as error:
        assert error.code == "UNSUPPORTED_MEDIA"
    else:
        assert 0 <= facts.width < 65536
        assert facts.seconds >= 0


def test_a_reference_video_is_measured(tmp_path: Path) -> None:
    asset = read_asset(Asset(str(SAMPLES / "clip.mp4")), kind="video")
    assert (asset.content_type, asset.width, asset.height, asset.size) == ("video/mp4", 64, 48, len(CLIP))
    assert asset.seconds == pytest.approx(1.063, abs=0.001)
    (tmp_path / "half.mp4").write_bytes(CLIP[:-100])
    with pytest.raises(InputError, match="it was cut short"):
        read_asset(Asset(str(tmp_path / "half.mp4")), kind="video")


def test_sound_alone_is_sound_whatever_it_is_called() -> None:
    asset = read_asset(Asset(str(SAMPLES / "voice.mp4")), kind="audio")
    assert (asset.content_type, asset.kind) == ("audio/mp4", "audio")
    assert asset.seconds == pytest.approx(1.0, abs=0.001)
    with pytest.raises(InputError, match="as video: it is audio/mp4"):
        read_asset(Asset(str(SAMPLES / "voice.mp4")), kind="video")
    with pytest.raises(InputError, match="as audio: it is video/mp4"):
        read_asset(Asset(str(SAMPLES / "sound.mp4")), kind="audio")


def test_what_is_missing_is_an_operating_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_container(tmp_path / "none")
