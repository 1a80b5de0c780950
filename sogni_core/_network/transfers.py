"""Files to the service and back. Uploads and downloads cost nothing and are tried a few times."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from sogni_core._network.facts import Collected
from sogni_core._network.rest import Rest
from sogni_core._network.results import inspect
from sogni_core._network.store_host import StoreHost
from sogni_core._protocol import ids
from sogni_core._protocol.events import JobFinished
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._protocol.values import record, url
from sogni_core._transport.http import MAX_LINES, Http
from sogni_core._transport.retry import TRANSFERS, Pause, TryAgain, retried
from sogni_core._transport.threads import to_its_end
from sogni_core.errors import AuthError, InputError, ServiceError, SogniError, TransportError
from sogni_core.files import PartFile, Place
from sogni_core.media.file_check import FileFacts
from sogni_core.media.references import stored_as_media, upload_type
from sogni_core.project import Asset, Project
from sogni_core.text import quote_path

T = TypeVar("T")

UPLOADS = 6
"""Uploads at a time."""
DOWNLOADS = MAX_LINES
"""Downloads at a time: as many as there are lines, so that the results of a project come in one round trip."""
IDLE_SECONDS = 30.0
SLOWEST = 32 * 1024
"""Bytes per second below which an upload is given up."""
MAX_BYTES = 4 * 2**30
"""Bytes that are downloaded at most of a result that is not of its project's medium."""
DOWNLOAD_SECONDS = 1800.0
"""Time limit for such a download."""


Finish = Callable[[str, Path, FileFacts, Callable[[Path], FileFacts]], Awaitable[FileFacts]]
"""Works on a file that was downloaded before it takes its place: gets its URL, its path, what is known of it and what
reads it again; returns what is known of it then."""


class Transfers:
    """Uploads and downloads of one session."""

    def __init__(
        self, rest: Rest, http: Http, store: StoreHost, *, chance: Callable[[], float], pause: Pause = asyncio.sleep
    ) -> None:
        self._rest = rest
        self._http = http
        self._store = store
        self._chance = chance
        self._pause = pause
        self._uploads = asyncio.Semaphore(UPLOADS)
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    async def upload(self, project_id: str, slot: str, asset: Asset, kind: str) -> None:
        """Put a file into a slot of a project that is yet to be sent; ``kind`` is what the slot holds.

        Raises TransportError UPLOAD_FAILED, InputError MISSING_FILE, AuthError.
        """
        path = asset.path
        if path is None:
            raise InputError("MISSING_FILE", f"{quote_path(asset.source)} was not read.")

        async def once() -> None:
            try:
                # Outside the limit on PUTs, so that all URLs are asked for at once; each is used at once.
                async with self._uploads:
                    content_type = upload_type(asset, kind)
                    target = await self._upload_url(project_id, slot, kind, content_type)
                    seconds = 60.0 + asset.size / SLOWEST
                    reply = await self._http.upload(target, path, content_type, seconds=seconds)
            except (TransportError, ServiceError) as error:
                if not error.retryable or error.details.get("status") in {400, 404, 413}:
                    raise
                raise TryAgain(error) from None
            if reply.ok:
                return
            refused = _answered(reply.status)
            raise refused if reply.status == 413 else TryAgain(refused)

        failure: SogniError
        try:
            return await self._retried(once)
        except TryAgain as last:
            failure = _failure_of(last)
        except (TransportError, ServiceError) as error:
            failure = error
        except InputError as error:
            if error.code != "URL_REFUSED":
                raise
            failure = error
        raise TransportError(
            "UPLOAD_FAILED",
            f"{quote_path(asset.source)} could not be uploaded: {failure.message}",
            details={"slot": slot, **_facts(failure)},
        )

    async def collect(
        self,
        project: Project,
        medium: LoadedMedium,
        project_id: str,
        job: JobFinished,
        output: Path | Place | None,
        finish: Finish | None = None,
    ) -> Collected:
        """Get a result: its URL and, with ``output``, its file. Errors as :meth:`submission.Submission.collect`."""
        earlier: SogniError | None = None
        named: tuple[str, LoadedMedium | None] | None = None
        if job.result_url is not None:
            named = job.result_url, medium

        async def once() -> Collected:
            nonlocal earlier, named
            try:
                target, found = named or await self._download_url(project, medium, project_id, job)
                if output is None:
                    known = found is not None and project.output_format is not None
                    return Collected(target, content_type=medium.content_type(project) if known else "")
                async with self._downloads:
                    return await self._saved(target, found, output, finish)
            except AuthError as error:
                # It is paid for, so one refusal is not believed; two are, and no login is tried over and over.
                if isinstance(earlier, AuthError):
                    raise
                earlier = error
            except (TransportError, ServiceError) as error:
                # It is paid for, so one answer that there is none is not believed either.
                if job.uncertain and _is_gone(error) and _is_gone(earlier):
                    raise ServiceError("SENSITIVE_CONTENT", "The output was withheld by the safety filter.") from None
                earlier = error
            except InputError as error:
                # What the service sent is no input of the user; where the output goes is.
                if error.code != "URL_REFUSED":
                    raise
                earlier = error
            # A URL that came with the result may have expired; from now on new ones are asked for.
            named = None
            raise TryAgain(earlier)

        try:
            return await self._retried(once)
        except TryAgain as last:
            failure = _failure_of(last)
        raise TransportError(
            "DOWNLOAD_FAILED",
            f"Output {job.index + 1} is finished but could not be downloaded: {failure.message}",
            details={"projectId": project_id, "jobId": job.job_id, "index": job.index, **_facts(failure)},
        )

    async def _retried(self, once: Callable[[], Awaitable[T]]) -> T:
        return await retried(once, TRANSFERS, pause=self._pause, chance=self._chance)

    async def _upload_url(self, project_id: str, slot: str, kind: str, content_type: str) -> str:
        query: dict[str, str | None] = {"jobId": project_id, "type": slot, "contentType": content_type or None}
        # The slot decides, not the file: a sound of no known type still belongs to the media.
        if stored_as_media(kind):
            answer = await self._rest.get("/v1/media/uploadUrl", query)
        else:
            answer = await self._rest.get("/v1/image/uploadUrl", {"imageId": ids.make(), **query})
        return self._named(answer, "uploadUrl")

    async def _download_url(
        self, project: Project, medium: LoadedMedium, project_id: str, job: JobFinished
    ) -> tuple[str, LoadedMedium | None]:
        """Ask for the URL of a result; gives its medium too, None if it is not that of the project."""
        media = {"jobId": project_id, "id": job.job_id, "type": "complete"}
        content_type = medium.content_type(project)
        # protocol: the type is named for audio always, for video, which has a single format, never, and for an image
        # only if its format was asked for: without a type the service looks for a PNG.
        if stored_as_media(medium.kind):
            typed = {"contentType": content_type if len(medium.record.formats) > 1 else None}
            answer = await self._rest.get("/v1/media/downloadUrl", media | typed)
            return self._named(answer, "downloadUrl"), medium
        query: dict[str, str | None] = {"jobId": project_id, "imageId": job.job_id, "type": "complete"}
        if project.output_format is not None or content_type != "image/png":
            query["contentType"] = content_type
        try:
            answer = await self._rest.get("/v1/image/downloadUrl", query)
        except ServiceError as error:
            # protocol: the image endpoint, asked for a media result, points to the other one.
            if error.details.get("status") != 404 or "/v1/media/downloadUrl" not in error.message:
                raise
            answer = await self._rest.get("/v1/media/downloadUrl", dict(media))
            return self._named(answer, "downloadUrl"), None
        return self._named(answer, "downloadUrl"), medium

    def _named(self, answer: object, field: str) -> str:
        found = url(record(answer).get(field))
        if found is None:
            raise TransportError("PROTOCOL_ERROR", f"The service's answer lacks its {field}.")
        self._http.check(found)
        self._store.note(found)
        return found

    async def _saved(
        self, target: str, medium: LoadedMedium | None, output: Path | Place, finish: Finish | None
    ) -> Collected:
        limit = medium.record.max_bytes if medium is not None else MAX_BYTES
        seconds = medium.record.download_seconds if medium is not None else DOWNLOAD_SECONDS
        with PartFile(output) as part_file:
            received = await self._http.download(
                target, part_file, limit_bytes=limit, idle=IDLE_SECONDS, seconds=seconds
            )
            if received.status != 200:
                raise _answered(received.status)
            if finish is None:
                checked = await to_its_end(lambda: _committed(part_file, medium))
            else:
                checked = await _finished(finish, target, part_file, medium)
            return Collected(
                target,
                path=part_file.path,
                content_type=checked.content_type,
                size=part_file.size,
                sha256=part_file.sha256,
                width=checked.width,
                height=checked.height,
                seconds=checked.seconds,
            )


async def _finished(finish: Finish, url: str, part_file: PartFile, medium: LoadedMedium | None) -> FileFacts:
    """Check what was downloaded, let it be finished, and put it into its place."""
    checked = await to_its_end(lambda: inspect(part_file.finish(), medium))
    checked = await finish(url, part_file.finish(), checked, lambda path: inspect(path, medium))
    await to_its_end(part_file.reread)
    await to_its_end(part_file.commit)
    return checked


def _committed(part_file: PartFile, medium: LoadedMedium | None) -> FileFacts:
    """Check what was downloaded and put it into its place."""
    checked = inspect(part_file.finish(), medium)
    part_file.commit()
    return checked


def _answered(status: int) -> ServiceError:
    return ServiceError("SERVICE_ERROR", f"The file store answered with status {status}.", details={"status": status})


def _failure_of(last: TryAgain) -> SogniError:
    assert isinstance(last.outcome, SogniError)
    return last.outcome


def _is_gone(failure: SogniError | None) -> bool:
    return isinstance(failure, ServiceError) and failure.details.get("status") == 404


def _facts(failure: SogniError) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: failure.details[name] for name in ("status", "cause", "errorCode") if name in failure.details
    }
    return {"reason": failure.code, **kept}
