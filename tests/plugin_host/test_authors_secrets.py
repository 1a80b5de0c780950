"""A secret option is used by its workflow and found nowhere else; a run with one is resumed by giving it again."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

MODULE = """
from typing import Annotated
from pydantic import BaseModel, Field, SecretStr
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions, Option
from sogni_core.result import Result

class Table(BaseModel):
    key: Annotated[SecretStr | None, Field(description="Key.")] = None

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]
    token: Annotated[SecretStr, Field(min_length=8), Option("--token-of-mine", help="Token.")]
    key: Annotated[SecretStr | None, Option("--key", help="Key.", setting="vault.key")] = None
    more: Annotated[tuple[SecretStr, ...], Option("--more", help="More.")] = ()

async def render(ctx, request):
    assert request.token.get_secret_value() == "hush-hush-1", "the workflow gets the secret itself"
    ctx.progress(f"with {request.token}")
    project = ImageProject.of(request)
    length = len(request.key.get_secret_value()) if request.key else 0
    outcome = await ctx.submit(project, key="image", output=request.output)
    return Result.of(outcome, extra={"keyLength": length, "used": request.token})
"""

PLUGIN = """
@hookimpl
def sogni_modes():
    return [Mode("vault", "Vault it.", request="{package}.mode:Asked", workflow="{package}.mode:render")]

@hookimpl
def sogni_settings():
    return [Settings("vault", "{package}.mode:Table")]
"""

TOKEN = "hush-hush-1"
RUN = ("vault", "a cat", "-m", "z_image_turbo_bf16", "--token-of-mine", TOKEN, "--json")


@pytest.fixture
def vault(install: Install, sogni_cli: Any, devnet: Any) -> Callable[..., Any]:
    install("vault", PLUGIN, files={"mode": MODULE})

    def call(*argv: Any, stdin: str = "", **environ: str) -> Any:
        return sogni_cli(*argv, plugins=["vault"], environ={**devnet.environ, **environ}, stdin=stdin)

    return call


def test_a_secret_is_in_no_output_and_no_file(
    vault: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    called = vault(*RUN, "--more", "quiet-two", "-o", tmp_path / "cat.png")
    assert called.exit_code == 0, called
    assert called.json["used"] == "********"
    assert not {"token", "more", "key"} & set(called.json)
    plan = vault(*RUN, "--dry-run")
    shown = vault("show", called.json["runId"], "--json")
    texts = [called.stdout, called.stderr, plan.stdout, plan.stderr, shown.stdout, caplog.text]
    files = [path for root in (os.environ["HOME"], os.environ["XDG_STATE_HOME"]) for path in Path(root).rglob("*")]
    kept = [path.read_bytes().decode("latin-1") for path in files if path.is_file()]
    assert len(kept) > 1, "the journal and the last render"
    for secret in (TOKEN, "quiet-two"):
        assert not [text for text in (*texts, *kept) if secret in text]


def test_a_secret_that_does_not_fit_is_not_repeated(vault: Callable[..., Any]) -> None:
    called = vault("vault", "x", "--token-of-mine", "short", "--json")
    assert (called.exit_code, called.json["field"]) == (2, "token")
    assert "short" not in called.stdout.replace("shorter", "")


def test_a_run_with_a_secret_is_resumed_by_giving_it_again(vault: Callable[..., Any], devnet: Any) -> None:
    first = vault(*RUN, SOGNI_VAULT__KEY="12345").json
    assert (first["success"], first["keyLength"]) == (True, 5)
    run = first["runId"]

    lacking = vault("resume", run, "--json")
    assert (lacking.exit_code, lacking.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert [problem["field"] for problem in lacking.json["problems"]] == ["token", "key"]
    assert lacking.json["error"] == "token is a secret, which is never stored; give it again to resume the run."
    assert lacking.json["hint"] == f'Use sogni resume {run} --set token, or app.resume("{run}", token=...).'
    assert vault("runs", "--json").json["runs"][0]["state"] == "completed", "a try that did nothing changes nothing"

    again = vault("resume", run, "--set", "token", "--json", stdin=f"{TOKEN}\n", SOGNI_VAULT__KEY="12345")
    first["cost"].pop("left")  # of the balance: a run that sends nothing does not hear of it
    assert again.json == first
    both = vault("resume", run, "--set", "token", "--set", "key", "--json", stdin=f"{TOKEN}\n123\n")
    assert both.json["keyLength"] == 3
    assert len(devnet.job_requests) == 1


@pytest.mark.parametrize(
    ("argv", "stdin", "message"),
    [
        (("--set", f"token={TOKEN}"), "", "Other users of this machine can see a secret on the command line."),
        (("--set", "token"), "short\n", "token must have at least 8 characters."),
        (("--set", "token"), "", "Standard input must contain token on one line."),
        (("--set", "prompt"), "a dog\n", "prompt cannot be changed when a run is resumed: only secrets can be given"),
        (("--set", "tokem"), "a dog\n", "Unknown option 'tokem'."),
    ],
)
def test_what_cannot_be_given_is_refused(
    vault: Callable[..., Any], argv: tuple[str, ...], stdin: str, message: str
) -> None:
    run = vault(*RUN).json["runId"]
    called = vault("resume", run, *argv, "--json", stdin=stdin)
    assert called.exit_code == 2
    assert called.json["error"].startswith(message), called.json
    assert TOKEN not in called.stdout


@pytest.mark.anyio
async def test_python_gives_it_as_a_keyword(install: Install, sogni_app: Any, devnet: Any) -> None:
    install("vault", PLUGIN, files={"mode": MODULE})
    async with sogni_app(plugins=["vault"], environ=devnet.environ) as app:
        result = await app.run("vault", prompt="x", model="z_image_turbo_bf16", token=TOKEN)
        again = await app.resume(result.run_id, token=TOKEN)
        assert replace(again, cost=None).as_json() == replace(result, cost=None).as_json()
        assert TOKEN not in repr(result)
