"""Uploads and downloads: REST calls that return presigned URLs, and the file store."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from sogni_devnet.content_type import HEAD
from sogni_devnet.http import caller, envelope, supernet
from sogni_devnet.identity import is_project_id
from sogni_devnet.order import FORMATS, MIME
from sogni_devnet.refusal import Refusal
from sogni_devnet.template import IMAGE_SLOTS, MEDIA_SLOTS

IMAGE_TYPES = frozenset(MIME[form] for form in FORMATS["image"])


async def image_upload_url(request: Request) -> Response:
    """Return a URL to upload an image."""
    if not is_project_id(request.query_params.get("imageId")):
        raise Refusal(400, "imageId is not an upper-case UUID")
    return _upload_url(request, IMAGE_SLOTS)


async def media_upload_url(request: Request) -> Response:
    """Return a URL to upload audio or video."""
    return _upload_url(request, MEDIA_SLOTS)


def _upload_url(request: Request, slots: tuple[str, ...]) -> Response:
    account, query = caller(request), request.query_params
    project, slot = query.get("jobId", ""), query.get("type", "")
    if not is_project_id(project):
        raise Refusal(400, "jobId is not an upper-case UUID")
    if slot not in slots:
        raise Refusal(400, "type is not an upload slot")
    net = supernet(request)
    # The client chose the id, so another account may have it already.
    known = net.projects.get(project)
    if known is not None and known.account is not account:
        raise Refusal(403, "Project belongs to another account")
    mime = query.get("contentType")
    # Clients before 5.38 send the text "undefined" for missing values.
    bound = None if "urls_without_types" in net.tolerated else _set(mime)
    return envelope(request, {"uploadUrl": net.storage.upload_url(account.address, project, slot, bound)})


async def image_download_url(request: Request) -> Response:
    """Return the URL of a result or of a preview."""
    mime = _set(request.query_params.get("contentType"))
    if mime is not None and mime not in IMAGE_TYPES:
        raise Refusal(400, "contentType is not an image type")
    query = request.query_params
    file = supernet(request).storage.result(query.get("jobId", "").upper(), query.get("imageId", "").upper())
    if file is not None and file.content_type not in IMAGE_TYPES:
        # Clients depend on this message (protocol: the Python SDK then calls the other endpoint).
        raise Refusal(404, "Not an image: use /v1/media/downloadUrl")
    return _download_url(request, query.get("imageId", ""), mime or MIME["png"])


async def media_download_url(request: Request) -> Response:
    """Return the URL of a result by its id."""
    query = request.query_params
    return _download_url(request, query.get("id", ""), _set(query.get("contentType")))


def _download_url(request: Request, job: str, mime: str | None) -> Response:
    account, query, net = caller(request), request.query_params, supernet(request)
    slot = query.get("type", "")
    if slot not in {"complete", "preview"}:
        raise Refusal(400, "type is neither complete nor preview")
    file = net.storage.result(query.get("jobId", "").upper(), job.upper(), slot)
    if file is None or file.owner != account.address:
        raise Refusal(404, "File not found")
    # The type is part of the key of a result, so there is no PNG of a JPEG project.
    if slot == "complete" and mime not in {None, file.content_type}:
        raise Refusal(404, f"File not found as {mime}")
    return envelope(request, {"downloadUrl": net.storage.download_url(file)})


async def capabilities(request: Request) -> Response:
    """Answer that saved uploads are not supported."""
    caller(request)
    return envelope(request, {"enabled": False})


async def put_file(request: Request) -> Response:
    """Receive an upload and stream it to disk. It counts only when it is complete."""
    storage, file_id = supernet(request).storage, request.path_params["file_id"]
    if (denied := _denied(request, "upload")) is not None:
        return denied
    announced, sent = storage.announced(file_id), request.headers.get("content-type")
    if announced is not None and sent != announced:
        return _xml(403, f"SignatureDoesNotMatch: Content-Type is {sent}, signed was {announced}")
    limit = supernet(request).settings.max_upload_mb * 1_000_000
    size, head, part = 0, b"", storage.part(file_id)
    try:
        with part.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    return _xml(400, "EntityTooLarge")
                head = (head + chunk[:HEAD])[:HEAD] if len(head) < HEAD else head
                file.write(chunk)
    except ClientDisconnect:
        return _xml(400, "IncompleteBody")
    if size == 0:
        return _xml(400, "MissingRequestBodyError")
    storage.finish(file_id, part, size, head)
    return Response()


async def get_file(request: Request) -> Response:
    """Send a file, or a range of it."""
    if (denied := _denied(request, "result")) is not None:
        return denied
    file = supernet(request).storage.by_id(request.path_params["file_id"])
    assert file is not None
    return FileResponse(file.path, media_type=file.content_type)


def _denied(request: Request, action: str) -> Response | None:
    if "authorization" in request.headers or "api-key" in request.headers:
        # The real store refuses two kinds of authorisation at once, and a token sent to it is a leaked token.
        return _xml(400, "InvalidArgument: Only one auth mechanism allowed")
    query = request.query_params
    reason = supernet(request).storage.checks(
        action, request.path_params["file_id"], query.get("X-Amz-Until", ""), query.get("X-Amz-Signature", "")
    )
    return None if reason is None else _xml(404 if reason == "NoSuchKey" else 403, reason)


def _xml(status: int, reason: str) -> Response:
    code, _, message = reason.partition(": ")
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message or code}</Message></Error>'
    return PlainTextResponse(body, status, media_type="application/xml")


def _set(value: str | None) -> str | None:
    return None if value in {None, "", "undefined"} else value


ROUTES = [
    Route("/v1/image/uploadUrl", image_upload_url),
    Route("/v1/media/uploadUrl", media_upload_url),
    Route("/v1/image/downloadUrl", image_download_url),
    Route("/v1/media/downloadUrl", media_download_url),
    Route("/v1/assets/capabilities", capabilities),
    Route("/files/upload/{file_id}", put_file, methods=["PUT"]),
    Route("/files/result/{file_id}", get_file),
]
