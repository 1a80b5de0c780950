"""Every fault of the socket, seen by a bare client."""

import asyncio
import json
import time
from base64 import b64decode, b64encode

import pytest
from sogni_devnet.faults import FAULTS
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

pytestmark = pytest.mark.anyio


def of(moment):
    return [name for name, fault in FAULTS.items() if fault.moment == moment]


async def closed(socket):
    """Read until the end and return the close code."""
    with pytest.raises(ConnectionClosed):
        while True:
            await socket.raw.recv()
    return socket.raw.close_code


@pytest.mark.parametrize("name", of("upgrade"))
async def test_upgrade(artist, name):
    fault = FAULTS[name]
    artist.devnet.faults.add(name, **({"seconds": 0.2} if fault.action == "slow" else {}))
    begun = time.perf_counter()
    if fault.action in {"status", "html"}:
        with pytest.raises(InvalidStatus) as refused:
            async with artist.connect():
                pass
        assert refused.value.response.status_code == fault.options["status"]
        assert (b"<html>" in refused.value.response.body) == (fault.action == "html")
    elif fault.action == "stalled":
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), artist.connect():
                pass
    elif fault.action == "dropped":
        with pytest.raises((InvalidMessage, ConnectionError, EOFError)):
            async with artist.connect():
                pass
    else:
        assert fault.action == "slow"
    async with artist.connect():
        assert fault.action not in {"slow", "stalled"} or time.perf_counter() - begun >= 0.2


@pytest.mark.parametrize("name", of("greeting"))
async def test_greeting(artist, name):
    fault = FAULTS[name]
    artist.devnet.faults.add(name, **({"seconds": 0.2} if fault.action == "late" else {}))
    async with artist.connect(greeted=False) as socket:
        if fault.action == "drop":
            if fault.options["greeted"]:
                assert [(await socket.receive())[0] for _ in range(3)] == [
                    "authenticated",
                    "balanceUpdate",
                    "swarmModels",
                ]
            assert await closed(socket) == fault.options["code"]
        elif fault.action == "silence":
            await socket.send("changeNetwork", "fast")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.2)
        elif fault.action == "late":
            begun = time.perf_counter()
            assert (await socket.receive())[0] == "authenticated"
            assert time.perf_counter() - begun >= 0.19
        else:
            assert fault.action == "no_models"
            assert await socket.until("swarmModels") == {}
    async with artist.connect():
        pass


@pytest.mark.parametrize("name", of("frames"))
async def test_frames(artist, job_request, name):
    action = FAULTS[name].action
    artist.devnet.faults.add(name, **({"megabytes": 1} if action == "huge" else {}))
    request, seen, unreadable, binary = job_request({"steps": 4}), [], 0, 0
    url = f"{artist.devnet.socket_url}/?appId=a&clientName=t&clientType=artist&forceWorkerId=fast"
    async with connect(url, additional_headers=artist.headers, proxy=None, max_size=4 << 20) as raw:
        sent = False
        while not {"result", "completed"} <= {label for label, _ in seen}:
            text = await asyncio.wait_for(raw.recv(), 5)
            binary += isinstance(text, bytes)
            try:
                frame = json.loads(text)
                payload = json.loads(b64decode(frame["data"], validate=True))
                kind = frame["type"]
            except (ValueError, TypeError, KeyError, RecursionError):
                unreadable += 1
                continue
            if kind == "swarmModels" and not sent:
                sent = True
                data = b64encode(json.dumps(request).encode()).decode()
                await raw.send(json.dumps({"type": "jobRequest", "data": data}))
            if not isinstance(payload, dict) or str(payload.get("jobID", "")).upper() != request["jobID"]:
                seen.append(("other", payload))
            elif kind == "jobResult":
                seen.append(("result", payload))
            elif payload.get("type") == "jobCompleted":
                seen.append(("completed", payload))
            else:
                seen.append((str(payload.get("step", payload.get("type"))), payload))
    labels = [label for label, _ in seen]
    ids = {str(payload["jobID"]) for label, payload in seen if label == "result"}
    assert {
        "garbage": lambda: unreadable > 5,
        "duplicate": lambda: labels.count("1") == labels.count("queued") == 2,
        "disorder": lambda: labels.index("assigned") < labels.index("queued"),
        "lower": lambda: ids == {request["jobID"].lower()},
        "foreign": lambda: labels.count("other") > 8,
        "replay": lambda: labels.count("2") == 2 and labels.count("result") == 2,
        "huge": lambda: unreadable == 1,
        "binary": lambda: binary > 5,
    }[action]()
    # The order in which it is told changes; what is told does not.
    assert {"queued", "assigned", "jobStarted", "1", "2", "3", "4", "result", "completed"} <= set(labels)


@pytest.mark.parametrize("name", of("request"))
async def test_request(artist, job_request, name):
    fault, request = FAULTS[name], job_request()
    artist.devnet.faults.add(name)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        if fault.action == "swallow":
            await socket.send("changeNetwork", "fast")
            assert (await socket.receive())[0] == "changeNetwork"
        elif fault.action == "drop":
            assert await closed(socket) == fault.options["code"]
        elif fault.action == "restart":
            error = await socket.until("jobError")
            assert (error["error"], "imgID" in error) == (1001, False)
            if fault.options["closes"]:
                assert await closed(socket) == 1001
            else:
                await socket.send("changeNetwork", "fast")
                await socket.until("changeNetwork")
        else:
            error = await socket.until("jobError")
            assert (error["error"], error["error_message"]) == (fault.options["error"], fault.options["message"])
            assert fault.options["more"].items() <= error.items()
            assert "imgID" not in error
    admitted = fault.action == "drop" and fault.options["admitted"]
    assert bool(artist.devnet.projects) == admitted
    if not admitted:
        assert artist.account.balance.spark.debit == 0
        assert (await artist.get(f"/v2/projects/{request['jobID']}")).status_code == 404
        assert [kind for kind, _ in await artist.render(request)][-2:].count("jobState") >= 1
        assert len(artist.devnet.projects) == 1


@pytest.mark.parametrize("name", of("cancel"))
async def test_cancel(start_devnet, artist_of, job_request, name):
    artist, fault, request = artist_of(start_devnet(seconds_per_image=600)), FAULTS[name], job_request()
    artist.devnet.faults.add(name)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        await socket.until("jobState", type="jobStarted")
        await socket.send("jobError", {"jobID": request["jobID"], "error": "artistCanceled", "isFromWorker": False})
        if fault.action == "drop":
            assert await closed(socket) == 1006
        elif fault.action == "refuse":
            assert (await socket.until("artistCancelConfirmation"))["didCancel"] is False
        else:
            await socket.send("changeNetwork", "fast")
            kinds = []
            while not kinds or kinds[-1] != "changeNetwork":
                kinds.append((await socket.receive())[0])
            assert "artistCancelConfirmation" not in kinds
    (project,) = artist.devnet.projects
    assert (project.status == "cancelled") == (fault.action == "silent")
