"""What reads bytes of others: each target takes some and may raise nothing but an error of ours, which it swallows.

``TARGETS`` is every target by name, ``SEEDS`` what each is to begin with. Used by the tests and by ``run.py``.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from sogni_core._engine.last_render import LastRender
from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._network import catalogue, replies
from sogni_core._network.tokens import TokenFile, Tokens, expiry
from sogni_core._protocol import frames, greeting, recovery, tiers
from sogni_core._protocol.state import ProjectState
from sogni_core._transport import guard
from sogni_core._transport.calls import Reply
from sogni_core.errors import SogniError
from sogni_core.media import check_file, read_asset
from sogni_core.project import Asset
from sogni_core.settings import Paths, Settings, credentials
from sogni_core.settings.host_file import FILE, OBJECT
from sogni_core.settings.openclaw import OpenClawKeys

PROJECT = "6F1C0F6C-7A0F-4B8B-9C55-0B6F8E7C1D2A"
SAMPLES = Path(__file__).parents[1] / "unit" / "media" / "samples"
_REGISTRY = PluginHost(CORE_PLUGIN, only=()).registry
STATUSES = (200, 201, 400, 401, 403, 404, 423, 429, 500, 502, 503)

_folder = tempfile.TemporaryDirectory(prefix="sogni-fuzz-")
_home = Path(_folder.name)
_paths = Paths.of({name: str(_home) for name in ("HOME", "USERPROFILE", "SOGNI_STATE_DIR", "SOGNI_CACHE_DIR",
                                                "SOGNI_CONFIG_DIR")})  # fmt: skip


def frame(data: bytes) -> None:
    """A frame of the socket, as text and as bytes, through the greeting and a project's life."""
    for text in (data, data.decode("utf-8", "replace")):
        read = frames.decode(text)
        if read is None:
            continue
        greeting.read_authenticated(read.payload)
        greeting.read_models(read.payload)
        state = ProjectState(PROJECT, 2)
        payload = read.payload
        if isinstance(payload, dict):
            payload = {**payload, "jobID": PROJECT}
        for kind in (read.type, "jobState", "jobProgress", "jobResult", "jobError", "jobRetry"):
            state.receive(frames.Frame(kind, payload))
        assert all(0 <= job.fraction <= 1 for job in state.jobs)


def payload(data: bytes) -> None:
    """The JSON inside of a frame: what a frame with it would do."""
    frame(json.dumps({"type": "jobState", "data": base64.b64encode(data).decode()}).encode())


def recovered(data: bytes) -> None:
    """A recovered project of a greeting or a look-up."""
    told = _json(data)
    if isinstance(told, dict):
        told = {**told, "id": PROJECT}
    recovery.has_ended(told)
    recovery.request_of(told)
    json.dumps(recovery.keep(told))
    ProjectState(PROJECT, 2).adopt(told)


def body(data: bytes) -> None:
    """The body of an HTTP answer; its first byte chooses the status."""
    reply = Reply(STATUSES[data[0] % len(STATUSES)] if data else 200, {"content-type": "application/json"}, data[1:])
    for envelope in (True, False):
        with suppress(SogniError):
            told = replies.read(reply, envelope=envelope)
            greeting.read_balance(told)
            greeting.read_projects(told)


def tier_list(data: bytes) -> None:
    """The tiers of the models."""
    for tier in tiers.read_tiers(_json(data)).values():
        assert all(least <= largest for least, largest in tier.limits.values())


def catalogue_file(data: bytes) -> None:
    """The file in which models and tiers are kept."""
    found = catalogue.Catalogue(_home, "wss://fuzz")
    assert found.path is not None
    found.path.write_bytes(data)
    found.counted({"m": 1})
    assert found.fresh in {True, False}
    for model in found.models:
        found.tier(model)


def token_file(data: bytes) -> None:
    """The file in which tokens are kept, and a token."""
    file = TokenFile(_home, "me", "https://fuzz")
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_bytes(data)
    stored = file.read()
    for tokens in (stored, Tokens(data.decode("latin-1"))):
        if tokens is not None:
            assert tokens.expired in {True, False}
            assert tokens.renewable in {True, False}
    expiry(f"a.{base64.urlsafe_b64encode(data).decode()}.b")


def last_render(data: bytes) -> None:
    """The file that keeps the last render."""
    path = _home / "last-render.json"
    path.write_bytes(data)
    render = LastRender(path, _REGISTRY.medium)
    for look in (render.read, render.seed, render.image):
        with suppress(SogniError):
            look()


def credentials_file(data: bytes) -> None:
    """The credentials file; no secret of it is in what is said about it."""
    _paths.credentials.write_bytes(data)
    with suppress(SogniError):
        repr(credentials.read(_paths, {"SOGNI_API_KEY": "k"}))


def config_file(data: bytes) -> None:
    """The configuration."""
    _paths.config_file.write_bytes(data)
    settings = Settings({}, paths=_paths, environ={})
    for look in (settings.all, settings.check, lambda: settings.explain("network"), lambda: settings.core):
        with suppress(SogniError):
            look()


def openclaw(data: bytes) -> None:
    """OpenClaw's configuration, as its file and as the variable; what is said of it can be shown."""
    path = _home / "openclaw.json"
    path.write_bytes(data)
    text = data.decode("utf-8", "surrogateescape")
    for environ in ({FILE: str(path)}, {OBJECT: text}, {OBJECT: f'{{"modelDefaults": {text}, "a": {text}}}'}):
        settings = Settings({}, paths=_paths, environ=environ, openclaw=_KEYS)
        said = [*(f"{value.key} {value.origin}" for value in settings.all()), *map(str, settings.check())]
        "".join(said).encode()
        assert not set("".join(said)) & set("\x1b\u202e\x7f\n")
        with suppress(SogniError):
            settings.require("network")
        with suppress(SogniError):
            settings.explain("model_defaults")


def film(data: bytes) -> None:
    """The boxes of a video, as a result and as a reference."""
    _file(data, "video")


def picture(data: bytes) -> None:
    """A picture, as a result and as a reference."""
    _file(data, "image")


def url(data: bytes) -> None:
    """A URL that others named: what the guard lets pass is a URL to the HTTP library too, or refused there."""
    text = data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")
    guard.host_of(text)
    guard.is_loopback(text)
    assert "@" not in guard.bare_url(text).partition("://")[2].partition("/")[0]
    with suppress(SogniError, httpx.InvalidURL):
        guard.check(text, loopback=False)
        httpx.Request("GET", text)


def _file(data: bytes, kind: str) -> None:
    path = _home / "file"
    path.write_bytes(data)
    with suppress(SogniError):
        check_file(path, kind)
    with suppress(SogniError):
        read_asset(Asset(str(path)), kind=kind)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()


_JOBS = [{"imgID": "A1", "status": "jobCompleted", "seedUsed": 7, "jobIndex": 0, "reason": None},
         {"imgID": "A2", "status": "jobError", "reason": "genfailure", "jobIndex": 1}]  # fmt: skip
_RECOVERED = {"id": PROJECT, "status": "completed", "finished": True, "model": {"id": "m", "type": "image"},
              "workerJobs": _JOBS[:1], "completedWorkerJobs": _JOBS, "clientRequestData": "e30="}  # fmt: skip
_TIER = {"type": "image", "steps": {"min": 1, "max": 50, "default": 20, "decimals": 0, "step": 1},
         "comfySampler": {"allowed": ["euler", "dpmpp_2m"], "default": "euler"}, "benchmark": {"sec": 3},
         "defaultSize": 1024, "maxPixels": 4194304}  # fmt: skip
_STATE = {"jobID": PROJECT, "imgID": "A1", "jobIndex": 0, "type": "queued", "queuePosition": 3, "step": 2,
          "stepCount": 4, "performedStepCount": 2, "lastSeed": "7", "triggeredNSFWFilter": False, "etaSeconds": 4,
          "error": 4024, "error_message": "no", "isFromWorker": True, "attempt": 1, "maxAttempts": 3}  # fmt: skip
_OPENCLAW = {"defaultNetwork": "fast", "defaultCount": 2, "a": {"b": "x"}, "credentialsPath": "~/x",
             "modelDefaults": {"m": {"steps": 4, "guidance": 3.5}}}  # fmt: skip
_KEYS = OpenClawKeys(
    fed={"": {"defaultNetwork": "network", "defaultCount": ("count", "max_count"), "a.b": "seed_strategy",
              "credentialsPath": "credentials_path", "modelDefaults": "model_defaults"}},
    absent={"defaultFps": "sogni-video"},
    names={"network": ("fast", "relaxed")},
)  # fmt: skip

TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (frame, payload, recovered, body, tier_list, catalogue_file, token_file, last_render,
                   credentials_file, config_file, openclaw, film, picture, url)
}  # fmt: skip

SEEDS: dict[str, tuple[bytes, ...]] = {
    "frame": (
        frames.encode("authenticated", {"username": "me", "tokens": {"spark": {"net": "1.5"}},
                                        "activeProjects": [_RECOVERED]}).encode(),
        frames.encode("jobProgress", _STATE).encode(),
        frames.encode("swarmModels", {"m": 3}).encode(),
    ),
    "payload": (_dumped(_STATE), _dumped({"jobID": PROJECT, "type": "jobCompleted"})),
    "recovered": (_dumped(_RECOVERED),),
    "body": (
        b"\0" + _dumped({"status": "success", "data": {"spark": {"net": "1.5"}, "sogni": {"net": 2}}}),
        b"\2" + _dumped({"status": "error", "message": "no", "errorCode": 101}),
        b"\5<!DOCTYPE html><html></html>",
    ),
    "tier_list": (_dumped({"t": _TIER}), _dumped({"t": {**_TIER, "type": None}})),
    "catalogue_file": (_dumped({"asked": 1.5e9, "models": [{"id": "m", "SID": 7, "tier": "t"}], "tiers": {"t": _TIER},
                                "absent": ["x"]}),),
    "token_file": (_dumped({"token": "a.eyJleHAiOjE1fQ.b", "refreshToken": "a.e30.b"}), b'{"exp": 15}'),
    "last_render": (_dumped({"seed": 7, "localPath": "/tmp/x.png", "urls": ["https://x.test/y"]}),),
    "credentials_file": (b"SOGNI_USERNAME=me\nexport SOGNI_PASSWORD='a b'\"c\\\"\" # x\n", b"SOGNI_API_KEY=k=1\r\n"),
    "config_file": (b'network = "fast"\ntimeout = 30\n[devnet]\nslots = 2\n', b'rest_url = "https://x.test"\n'),
    "openclaw": (
        _dumped({"plugins": {"entries": {"sogni-gen": {"enabled": True, "config": _OPENCLAW}}}}),
        b"// a\n{plugins: {entries: {'sogni-gen': {config: {defaultCount: +0x2, a: {b: '\\x41',},},},},},}",
        b'{"wan_v2.2": {"steps": 4, "guidance": 1e0, "step": null}}',
    ),
    "film": tuple(path.read_bytes() for path in sorted(SAMPLES.glob("*.m*"))),
    "picture": (
        base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
        base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
        b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00",
        b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x5b\xfa\x0f\x07\x10\x11\x11\x88\x88\xfe\x07\x00\x27",
    ),
    "url": (b"https://files.test:8443/a/b?X-Amz-Signature=00&x=%20#f", b"http://[2001:db8::1%25eth0]:80/", b"http://u:p@0x7f.1/"),
}  # fmt: skip
