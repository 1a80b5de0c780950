"""Commands for existing videos. They submit nothing and need no account."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from sogni_core.app import App
from sogni_core.errors import InputError
from sogni_core.files import PartFile
from sogni_core.media import check_image, read_asset, read_container
from sogni_core.project import Asset
from sogni_core.result import Report
from sogni_video import concatenation, ffmpeg
from sogni_video.last_frame import save_last_frame

_Output = Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="Save to this file.", show_default=False)]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.", show_default=False)]
_Unique = Annotated[
    bool, typer.Option("--unique", help="If the file exists, save under a numbered name.", show_default=False)
]


async def last_frame(
    app: App,
    video: Annotated[str, typer.Argument(help="Video file.", metavar="VIDEO", show_default=False)],
    output: _Output,
    overwrite: _Overwrite = False,
    unique: _Unique = False,
) -> Report:
    """Save the last frame of a video as a PNG."""
    ffmpeg.required(app.environ)
    place = app.place(output, overwrite=overwrite, unique=unique)
    clip = await _read(video)
    with PartFile(place) as file:
        await save_last_frame(clip, file.finish())
        image = await asyncio.to_thread(check_image, file.finish())
        path = file.commit()
    fields = {"type": "last-frame", "width": image.width, "height": image.height, "localPath": str(path)}
    return Report(fields, str(path))


async def concat(
    app: App,
    videos: Annotated[list[str], typer.Argument(help="Video files, in order.", metavar="VIDEO...", show_default=False)],
    output: _Output,
    seamless: Annotated[
        bool,
        typer.Option(
            "--seamless",
            help="Each video starts with the last frame of the one before; show that frame once.",
            show_default=False,
        ),
    ] = False,
    loop: Annotated[
        bool,
        typer.Option(
            "--loop",
            help="The last video ends with the first frame of the first; show that frame once.",
            show_default=False,
        ),
    ] = False,
    overwrite: _Overwrite = False,
    unique: _Unique = False,
) -> Report:
    """Concatenate videos. Frames are copied if all videos have the same format, else encoded again."""
    ffmpeg.required(app.environ)
    place = app.place(output, overwrite=overwrite, unique=unique)
    clips = [await _read(video) for video in videos]
    with PartFile(place) as file:
        joined = await concatenation.join(clips, file.finish(), seamless=seamless, loop=loop)
        made = await asyncio.to_thread(read_container, file.finish())
        path = file.commit()
    fields = {
        "type": "concat",
        "clips": len(clips),
        "width": made.width,
        "height": made.height,
        "frames": joined.frames,
        "seconds": made.seconds,
        "copied": joined.copied,
        "localPath": str(path),
    }
    return Report(fields, str(path))


async def _read(video: str) -> Asset:
    asset = Asset(video)
    if asset.is_url:
        raise InputError("INVALID_ARGUMENT", "This command takes files, not URLs.", hint="Download the video first.")
    return await asyncio.to_thread(read_asset, asset, kind="video")
