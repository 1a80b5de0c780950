"""The catalogue asked for over real connections: beside the path, kept, corrected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sogni_core._network.session import Session
from sogni_core.errors import ServiceError
from sogni_core.plugin import Endpoint
from sogni_core.project import ImageProject
from tests.media import medium_of

from .servers import Line, Net

pytestmark = pytest.mark.anyio

NAME = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
OTHER = "02AD9B53-2508-43A7-9C85-9AF249C9BCA7"
LIST, TIERS = "/api/v1/models/list", "/api/v2/models/tiers"
MODELS = [
    {"id": "z", "name": "Z", "SID": 100, "tier": "t", "media": "image"},
    {"id": "wan", "name": "WAN", "SID": 200, "tier": "v", "media": "video"},
]
SHAPES = {
    "t": {"steps": {"min": 4, "max": 10, "default": 8}, "sampler": {"allowed": ["Euler a"], "default": "Euler a"}},
    "v": {"type": "video", "frames": {"min": 17, "max": 161, "default": 81}},
    "unused": {"type": "image"},
}


@pytest.fixture
def host(net: Net) -> Any:
    """Serve the catalogue where the socket host answers HTTP: here, beside the REST host."""
    net.web.on(LIST, net.web.bare(MODELS))
    net.web.on(TIERS, net.web.bare(SHAPES))
    return net.web


def session(net: Net, cache: Path | None) -> Session:
    """Make a session whose HTTP side of the socket host is the web server; it speaks no socket."""
    account = net.account(api_key="key-1")
    address = net.web.url.replace("http", "ws", 1)
    made = Session(
        Endpoint("t", net.web.url, address),
        account=account,
        http=net.http,
        medium_of=medium_of,
        app_id=str,
        cache=cache,
    )
    net.sessions.append(made)
    return made


async def test_it_is_asked_kept_and_known_by_the_next(net: Net, host: Any, tmp_path: Path) -> None:
    first = session(net, tmp_path / "cache")
    assert first.tier("z") is None
    await first.refresh_catalogue()
    assert {asked.path for asked in host.asked} == {LIST, TIERS}
    # nobody has to be logged in for it
    assert all("api-key" not in asked.headers for asked in host.asked)
    second = session(net, tmp_path / "cache")
    for one in (first, second):
        assert one.catalogue.fresh
        old, video = one.tier("z"), one.tier("wan")
        assert old is not None
        assert video is not None
        assert old.sampling == "legacy"
        assert (video.sampling, video.limits) == ("comfy", {"frames": (17, 161)})
    assert len(host.asked) == 2
    (file,) = (tmp_path / "cache").iterdir()
    assert "unused" not in file.read_text()


async def test_a_shape_that_changed_decides_anew(net: Net, host: Any, tmp_path: Path) -> None:
    known = session(net, tmp_path)
    await known.refresh_catalogue()
    host.on(TIERS, host.bare(SHAPES | {"t": {"type": "image"}}))
    await known.refresh_catalogue()
    changed = known.tier("z")
    assert changed is not None
    assert changed.sampling == "comfy"


async def test_tiers_that_cannot_be_had_stay_as_they_were(net: Net, host: Any, tmp_path: Path) -> None:
    known = session(net, tmp_path)
    await known.refresh_catalogue()
    host.on(TIERS, host.error(503))
    host.on(LIST, host.bare([*MODELS, {"id": "new", "tier": "v"}]))
    await known.refresh_catalogue()
    assert "new" in known.catalogue.models
    assert known.tier("new") == known.tier("wan")
    assert known.tier("wan") is not None


async def test_a_list_that_cannot_be_had_is_said_and_loses_nothing(net: Net, host: Any, tmp_path: Path) -> None:
    known = session(net, tmp_path)
    await known.refresh_catalogue()
    host.on(LIST, host.error(500, "tired"))
    with pytest.raises(ServiceError, match="tired"):
        await known.refresh_catalogue()
    host.on(LIST, host.bare({"not": "a list"}))
    await known.refresh_catalogue()
    assert known.catalogue.models.keys() == {"z", "wan"}


async def test_without_a_folder_it_is_known_for_as_long_as_the_session(net: Net, host: Any) -> None:
    known = session(net, None)
    await known.refresh_catalogue()
    assert known.tier("z") is not None
    assert session(net, None).tier("z") is None


async def test_a_model_nobody_lists_does_not_make_it_old_for_ever(net: Net, host: Any, tmp_path: Path) -> None:
    known = session(net, tmp_path)
    known.catalogue.counted({"z": 1, "secret": 2})
    await known.refresh_catalogue()
    assert known.catalogue.fresh
    again = session(net, tmp_path)
    again.catalogue.counted({"secret": 2})
    assert again.catalogue.fresh


async def served(net: Net, asked: list[str]) -> Any:
    """Start a socket host that answers HTTP on the same port, as the service's does; ``asked`` takes the paths."""
    answers = {LIST: MODELS, TIERS: SHAPES}

    class Both(type(net.wire)):  # type: ignore[misc]
        def _check(self, connection: Any, request: Any) -> Any:
            if request.path in answers:
                asked.append(request.path)
                return connection.respond(200, json.dumps(answers[request.path]))
            return super()._check(connection, request)

    async def script(line: Line) -> None:
        await line.greet()
        await line.say("swarmModels", {"z": 3, "new": 1})
        while True:
            await line.finish(await line.hear("jobRequest"))

    host = Both()
    host.scripts = [script]
    await host.start()
    return host


async def render(made: Session, name: str) -> None:
    """Carry an image through, from its request to its end, and wait for what goes on beside it."""
    made.open()
    submission = made.submission(ImageProject(model="z", prompt="p"), name, comfy=True)
    await submission.send(lambda: None)
    async for _ in submission.events():
        pass
    await made.background.wait()


@pytest.mark.parametrize("cached", [True, False])
async def test_it_is_asked_while_a_job_renders_where_it_is_kept(net: Net, tmp_path: Path, cached: bool) -> None:
    asked: list[str] = []
    host = await served(net, asked)
    endpoint = Endpoint("t", net.web.url, host.url)
    cache = tmp_path / "cache" if cached else None
    made = [
        Session(
            endpoint,
            account=net.account(api_key="key-1"),
            http=net.http,
            medium_of=medium_of,
            app_id=lambda _: "app-1",
            cache=cache,
        )
        for _ in range(2)
    ]
    try:
        for one, name in zip(made, (NAME, OTHER), strict=True):
            await render(one, name)
            assert one.catalogue.fresh is cached
            # the second call finds the file and asks for nothing
            assert sorted(asked) == ([LIST, TIERS] if cached else [])
    finally:
        for one in made:
            await one.close()
        await host.stop()
