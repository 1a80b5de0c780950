"""Starting, stopping, serving others, and keeping secrets out of the log."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest
from sogni_devnet.commands import serve
from sogni_devnet.network import open_network
from sogni_devnet.server import Devnet
from sogni_devnet.settings import DevnetSettings

import sogni_core
from sogni_core.errors import InputError

SERVE = """
import signal, sys, threading
import sogni_core
from sogni_devnet.commands import serve
threading.Thread(target=lambda: (sys.stdin.readline(), signal.raise_signal({number})), daemon=True).start()
serve(sogni_core.open())
"""


@pytest.mark.anyio
async def test_network_lives_as_long_as_the_call(artist_of):
    async with open_network(DevnetSettings(spark=5)) as endpoint:
        assert (endpoint.name, endpoint.ends_with_call) == ("devnet", True)
        host, port = endpoint.rest_url.removeprefix("http://").split(":")
        assert endpoint.socket_url == f"ws://{host}:{port}"
        assert endpoint.username and endpoint.password and not endpoint.api_key
        socket.create_connection((host, int(port))).close()
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)))
    assert all(thread.name != "sogni-devnet" for thread in threading.enumerate())


@pytest.mark.anyio
async def test_stop_does_not_wait_for_clients(start_devnet, artist_of, job_request):
    devnet = start_devnet(seconds_per_image=600)
    artist = artist_of(devnet)
    folder = devnet.net.storage.part("x").parent
    async with artist.connect() as line:
        await line.send("jobRequest", job_request())
        await line.until("jobState", type="jobStarted")
        devnet.stop()
        await line.raw.wait_closed()
        assert line.raw.close_code in {1001, 1006, 1012}
    assert not folder.exists()
    devnet.stop()


def test_port_in_use_is_one_clear_error():
    with Devnet() as devnet, pytest.raises(InputError) as refused:
        serve(sogni_core.open(), devnet.port)
    assert refused.value.code == "INVALID_ARGUMENT"
    assert str(devnet.port) in refused.value.message


def test_log_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError) as refused:
        serve(sogni_core.open(), 0, tmp_path / "none" / "log")
    assert refused.value.code == "OUTPUT_NOT_WRITABLE"


def test_two_accounts_first_rich_second_poor():
    with Devnet(DevnetSettings(spark=12.5, sogni=3)) as devnet:
        rich, poor = devnet.accounts
        assert (str(rich.balance.spark.net), str(rich.balance.sogni.net), poor.balance.spark.net) == ("12.5", "3.0", 0)
        assert rich.password not in repr(rich) and rich.api_key not in repr(rich)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_announces_itself_and_ends_on_a_signal(number):
    # It raises the signal in itself, because Windows cannot send one to another process.
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(number=int(number))], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SOGNI_DEVNET__SPARK": "7.5"},
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        port = int(line["restUrl"].rsplit(":", 1)[1])
        socket.create_connection(("127.0.0.1", port)).close()
        balance = urllib.request.Request(
            line["restUrl"] + "/v4/account/balance", headers={"api-key": line["accounts"][0]["apiKey"]}
        )
        with urllib.request.urlopen(balance, timeout=10) as answer:
            assert json.load(answer)["data"]["spark"]["net"] == "7.5"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.read() == ""
        assert process.wait(10) == 0
    assert line["socketUrl"] == f"ws://127.0.0.1:{port}"
    assert [sorted(account) for account in line["accounts"]] == [["apiKey", "password", "username"]] * 2


def test_serve_says_when_there_is_no_ffmpeg(tmp_path):
    log = tmp_path / "log"
    script = SERVE.format(number=int(signal.SIGINT)).replace("open())", f"open(), 0, pathlib.Path({str(log)!r}))")
    process = subprocess.Popen(
        [sys.executable, "-c", f"import pathlib\n{script}"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SOGNI_FFMPEG": str(tmp_path / "none")},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        out, said = process.communicate("\n", timeout=30)
    assert out == ""
    assert "sogni-devnet[video]" in said
    assert "sogni-devnet[video]" in json.loads(log.read_text("utf-8").splitlines()[0])["note"]


@pytest.mark.anyio
async def test_log_holds_everything_but_secrets(start_devnet, artist_of, job_request, image_bytes):
    stream = io.StringIO()
    devnet = start_devnet(log=stream)
    artist = artist_of(devnet)
    proof = await artist.proof()
    answer = await artist.http.post("/v1/account/login", json=proof)
    tokens = answer.json()["data"]
    artist.headers = {"Authorization": tokens["token"]}
    await artist.http.post("/v1/account/refresh-token", json={"refreshToken": tokens["refreshToken"]})
    artist.headers = {"api-key": artist.account.api_key}
    request = job_request({"hasStartingImage": True, "strength": 0.5})
    uploaded = await artist.upload(request["jobID"], "startingImage", image_bytes())
    async with artist.connect() as line:
        await line.send("jobRequest", request)
        result = next(p for name, p in await line.events(request["jobID"]) if name == "jobResult")
    downloaded = await artist.download(request["jobID"], result["imgID"])
    devnet.stop()
    text = stream.getvalue()
    entries = [json.loads(line) for line in text.splitlines()]
    assert {"/v1/account/login", "/v1/image/uploadUrl"} <= {entry.get("path") for entry in entries}
    assert {"jobRequest", "authenticated", "jobResult"} <= {entry.get("type") for entry in entries}
    signatures = [str(url.request.url).rsplit("=", 1)[1] for url in (uploaded, downloaded)]
    secrets = [tokens["token"], tokens["refreshToken"], proof["signature"], artist.account.api_key, *signatures]
    for secret in (*secrets, artist.account.password):
        assert secret not in text
        assert secret not in repr(devnet.requests)
    assert devnet.job_requests == [request]
