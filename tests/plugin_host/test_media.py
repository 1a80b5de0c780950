"""Which projects can be sent, and how: by the medium of their class, else of its nearest parent, and never in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

MODULE = """
@hookimpl
def sogni_modes():
    return [Mode("print", "Print.", request="{package}.mode:Asked", workflow="{package}.mode:render")]

@hookimpl
def sogni_media():
    return [MEDIA]
"""

CARD = """
from dataclasses import dataclass
from typing import Annotated
from sogni_core.media import image_key_frame, refusal
from sogni_core.project import AudioProject, ImageProject, Project
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What.")]

class Postcard(ImageProject):
    pass

@dataclass(frozen=True, kw_only=True)
class Greeting(ImageProject):
    greeting: str = "Hello"
    paper: str = "wove"

class Birthday(Greeting):
    pass

@dataclass(frozen=True, kw_only=True)
class Poem(Project):
    lines: int = 4

def key_frame(project, form):
    return image_key_frame(project, form) | {"greeting": project.greeting}

def broken(project, form):
    return {}["greeting"]

def unsure(path):
    return 1 / 0

async def render(ctx, request):
    return Result.of(await ctx.submit(SUBMITTED.of(request), key="card", output=request.output))
"""

GREETING = """Medium("greeting", "{package}.mode:Greeting", "{package}.mode:BUILDER", {"png": "image/png"}, DECODER)"""

Printed = Any


@pytest.fixture
def printing(install: Install, sogni_cli: Any, devnet: Any) -> Any:
    """Install a mode that submits a project of this class; returns the program with it."""

    def make(submitted: str, *, media: str = "", builder: str = "key_frame", decoder: str = "None") -> Any:
        media = media.replace("BUILDER", builder).replace("DECODER", f"decoder={decoder}")
        module, card = MODULE.replace("MEDIA", media), CARD.replace("SUBMITTED", submitted)
        install("print", module, files={"mode": card})
        options = {"plugins": ["print", "rival", "video", "devnet"], "environ": devnet.environ}
        return lambda *argv: sogni_cli("print", "a cat", "-m", "flux1-schnell-fp8", *argv, "--json", **options)

    return make


def both(call: Any, devnet: Any) -> Any:
    """Plan and run; both say the same and nothing is sent."""
    planned, run = call("--dry-run"), call()
    assert (planned.exit_code, run.exit_code) == (run.exit_code, run.exit_code)
    assert planned.json["error"] == run.json["error"]
    assert devnet.job_requests == []
    assert [entry.path for entry in devnet.requests if "upload" in (entry.path or "")] == []
    return run


@pytest.mark.parametrize("submitted", ["ImageProject", "Postcard"])
def test_a_subclass_that_adds_nothing_is_sent_as_its_parent(printing: Any, devnet: Any, submitted: str) -> None:
    call = printing(submitted)
    assert call("--dry-run").json["projects"][0]["media"] == "image"
    assert call().json["type"] == "image"
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "a cat"


@pytest.mark.parametrize("submitted", ["Greeting", "Birthday"])
def test_a_subclass_with_fields_that_nobody_sends_is_refused(printing: Any, devnet: Any, submitted: str) -> None:
    refused = both(printing(submitted), devnet)
    assert (refused.exit_code, refused.json["errorCode"]) == (2, "INVALID_ARGUMENT")
    assert refused.json["error"] == (
        f"{submitted} adds the fields greeting, paper to ImageProject, which the medium 'image' does not send."
    )
    assert refused.json["hint"] == f"Register a Medium for {submitted} in sogni_media, or remove what it adds."
    assert refused.json["errorDetails"]["fields"] == ["greeting", "paper"]


@pytest.mark.parametrize("submitted", ["Greeting", "Birthday"])
def test_the_nearest_parent_with_a_medium_counts(printing: Any, devnet: Any, submitted: str) -> None:
    call = printing(submitted, media=GREETING)
    assert call("--dry-run").json["projects"][0]["media"] == "greeting"
    assert call().exit_code == 0
    assert devnet.job_requests[0]["keyFrames"][0]["greeting"] == "Hello"


def test_a_class_without_a_medium_is_refused(printing: Any, devnet: Any) -> None:
    refused = both(printing("Poem", media=GREETING), devnet)
    assert refused.exit_code == 2
    available = "AudioProject, Greeting, ImageProject, VideoProject"
    assert refused.json["error"] == f"Poem projects cannot be sent. Available: {available}."
    assert "register a Medium for Poem in sogni_media" in refused.json["hint"]


def test_a_builder_that_fails_is_its_plugin_s_fault(printing: Any, devnet: Any) -> None:
    failed = both(printing("Greeting", media=GREETING, builder="broken"), devnet)
    assert (failed.exit_code, failed.json["errorCode"]) == (9, "PLUGIN_HOOK")
    assert failed.json["error"] == "Plugin print (sogni-print 3.1): sogni_print.mode:broken raised KeyError: 'greeting'"
    assert failed.json["mayChargeAgain"] is False


def test_a_decoder_that_fails_loses_nothing_that_is_paid_for(printing: Any, devnet: Any, tmp_path: Path) -> None:
    call = printing("Greeting", media=GREETING, decoder="'{package}.mode:unsure'")
    failed = call("-o", tmp_path / "card.png")
    assert (failed.exit_code, failed.json["errorCode"]) == (5, "DOWNLOAD_FAILED")
    assert "sogni_print.mode:unsure raised ZeroDivisionError" in failed.json["error"]
    assert failed.json["mayChargeAgain"] is True
    assert len(failed.json["errorDetails"]["projectIds"]) == 1


def test_a_name_or_class_that_two_plugins_claim_belongs_to_neither(
    install: Install, printing: Any, devnet: Any
) -> None:
    call = printing("Greeting", media=GREETING)
    other = GREETING.replace("{package}.mode:Greeting", "sogni_print.mode:Greeting").replace('"greeting"', '"welcome"')
    rival = MODULE.replace("MEDIA", other.replace("BUILDER", "key_frame").replace("DECODER", "decoder=None"))
    install("rival", rival.replace('"print"', '"rival"'), files={"mode": CARD})
    refused = both(call, devnet)
    assert (refused.exit_code, refused.json["errorCode"]) == (9, "PLUGIN_CONFLICT")
    assert "print (sogni-print 3.1) and rival (sogni-rival 3.1)" in refused.json["error"]


def test_the_core_s_own_stay_its_own(install: Install, sogni_cli: Any, devnet: Any) -> None:
    mine = """[Medium("image", "sogni_core.project:ImageProject", "sogni_print.mode:broken", {"png": "image/png"})]"""
    install("print", MODULE.replace("[MEDIA]", mine), files={"mode": CARD.replace("SUBMITTED", "ImageProject")})
    assert sogni_cli("image", "a cat", "--json", environ=devnet.environ).exit_code == 0
    (row,) = [row for row in sogni_cli("plugins", "--json").json["plugins"] if row["name"] == "print"]
    assert row["brings"]["media"] == ["image"]
    assert [problem["errorCode"] for problem in row["problems"]] == ["PLUGIN_CONFLICT"] * 2
