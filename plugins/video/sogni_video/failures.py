"""Errors for failures of ffmpeg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sogni_core.errors import InputError
from sogni_core.project import Asset
from sogni_core.text import quote_path
from sogni_video.error_codes import FFMPEG_EXTRACT_FAILED, FFMPEG_FAILED
from sogni_video.ffmpeg import FailedError


def unreadable(clip: Asset, failure: FailedError | None) -> InputError:
    """Return the error for a file that ffmpeg cannot read as a video."""
    reason = failure.told if failure is not None else "it has no visible frames"
    return InputError(
        "UNSUPPORTED_MEDIA",
        f"Cannot use {quote_path(clip.path or clip.source)}: {reason}.",
        hint="Use a video that plays to the end.",
        details={"path": str(clip.path), "cause": reason},
    )


def not_joined(clips: Sequence[Path | None], reason: str) -> InputError:
    """Return the error for clips that could not be joined. It names them, since they may have been paid for."""
    return InputError(
        FFMPEG_FAILED,
        f"ffmpeg failed to concatenate video clips: {reason}.",
        details={"clips": [str(path) for path in clips], "cause": reason},
    )


def not_extracted(clip: Asset, reason: str) -> InputError:
    """Return the error for a last frame that could not be extracted."""
    return InputError(
        FFMPEG_EXTRACT_FAILED,
        "Failed to extract last frame from video.",
        details={"videoPath": str(clip.path), "cause": reason},
    )
