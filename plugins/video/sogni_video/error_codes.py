"""The error codes of this plugin."""

from __future__ import annotations

from sogni_core.plugin import ErrorCode

INVALID_VIDEO_SIZE = ErrorCode(
    "INVALID_VIDEO_SIZE",
    "InputError",
    "The size is not one of a video, or does not match the shape of its reference.",
    "Choose --width/--height divisible by 16. For i2v, also match the reference aspect ratio.",
)

MISSING_FFMPEG = ErrorCode(
    "MISSING_FFMPEG",
    "InputError",
    "ffmpeg is required and was not found, or does not run.",
    "Install ffmpeg or set FFMPEG_PATH to a working ffmpeg binary.",
)

FFMPEG_FAILED = ErrorCode(
    "FFMPEG_FAILED",
    "InputError",
    "ffmpeg could not join or convert files.",
    "Check that the files play; what was rendered before stays on disk.",
)

FFMPEG_EXTRACT_FAILED = ErrorCode(
    "FFMPEG_EXTRACT_FAILED",
    "InputError",
    "The last frame of a video could not be read.",
    "Check that the video plays to its end.",
)

ERROR_CODES = [INVALID_VIDEO_SIZE, MISSING_FFMPEG, FFMPEG_FAILED, FFMPEG_EXTRACT_FAILED]
