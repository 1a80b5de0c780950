"""How a command line is read: values, prompts, ``--``, and the switches that act where they stand."""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from typing import Any

import pytest

from .rows import Refused, Sent, parametrize

UNKNOWN = "Use --help to see supported options."

REFUSED = [
    Refused("x --bogus", "Unknown option: --bogus", hint=UNKNOWN),
    Refused("--bogus x", "Unknown option: --bogus", hint=UNKNOWN),
    Refused("x -z", "Unknown option: -z", hint=UNKNOWN),
    Refused("x -qv", "Unknown option: -qv", hint=UNKNOWN, why="short flags are not bundled"),
    Refused("-n2 x", "Unknown option: -n2", hint=UNKNOWN),
    Refused("x --Video", "Unknown option: --Video", hint=UNKNOWN, why="names of flags have one case"),
    Refused("x --vide", "Unknown option: --vide", hint=UNKNOWN, why="nor are they completed"),
    Refused("-", "Unknown option: -", hint=UNKNOWN),
    Refused("-a-cat", "Unknown option: -a-cat", hint=UNKNOWN, why="such a prompt stands after --"),
    Refused("", "No prompt provided. Use --help for usage."),
    Refused("''", "No prompt provided. Use --help for usage."),
    Refused("--", "No prompt provided. Use --help for usage."),
    Refused("-- ''", "No prompt provided. Use --help for usage."),
    Refused("-n 2 -w 512", "No prompt provided. Use --help for usage."),
    Refused("x -h", "-h requires a value.", {"flag": "-h"}, hint="For help use --help."),
    Refused("-h", "-h requires a value.", {"flag": "-h"}, hint="For help use --help."),
    Refused("-h x", "-h must be an integer.", {"flag": "-h", "value": "x"}),
    # Values are taken whatever they look like.
    Refused("-w --help x", "-w must be an integer.", {"flag": "-w", "value": "--help"}),
    Refused("-n -q x", "-n must be an integer.", {"flag": "-n", "value": "-q"}),
    Refused("-c a.png -m -q x", "Model -q does not support context images.", {"model": "-q"}),
    Refused("-c a.png -m -- x", "Model -- does not support context images.", {"model": "--"}),
    Refused("-m --version -c a.png x", "Model --version does not support context images."),
    # From left to right, once.
    Refused("-n 0 --bogus x", "-n must be >= 1."),
    Refused("--bogus -n 0 x", "Unknown option: --bogus"),
    Refused("--bogus --help", "Unknown option: --bogus"),
    Refused("-w x --help", "-w must be an integer."),
    Refused("--bogus --last", "Unknown option: --bogus"),
    Refused("--bogus --version", "Unknown option: --bogus"),
    Refused("--version --bogus", "Unknown option: --bogus", why="--version acts after all checks"),
    Refused("--balance --bogus", "Unknown option: --bogus"),
    Refused("--version --token-type gold", '--token-type must be "spark" or "sogni".'),
    Refused("--balance --lora-strength 1", "--lora-strength requires at least one --lora."),
]


@parametrize(REFUSED)
def test_what_is_not_understood_is_refused(stage: Any, row: Refused) -> None:
    stage.refuse(row, text=True)


SENT = [
    Sent("'a cat'", {"positivePrompt": "a cat"}),
    Sent("-w 640 'a cat' -h 384", {"positivePrompt": "a cat", "width": 640, "height": 384}),
    Sent("'' 'a cat'", {"positivePrompt": "a cat"}, why="an empty text is no prompt"),
    Sent("-- 'a cat'", {"positivePrompt": "a cat"}),
    Sent("-w 640 -- -a-cat", {"positivePrompt": "-a-cat", "width": 640}),
    Sent("-- --video", {"positivePrompt": "--video", "modelID": "z_image_turbo_bf16"}),
    Sent("-- --help", {"positivePrompt": "--help"}),
    Sent("-- -q", {"positivePrompt": "-q"}),
    Sent("'café 🐱 \"q\"'", {"positivePrompt": 'café 🐱 "q"'}),
    Sent("-w 300 -w 640 x", {"width": 640}, why="the last one wins"),
    Sent("-w 300 --width 640 x", {"width": 640}),
    Sent("--token-type gold --token sogni x", project={"tokenType": "sogni"}, why="checked after scanning"),
    Sent("--video --auto-resize-assets --no-auto-resize-assets x", {"modelID": "wan_v2.2-14b-fp8_t2v_lightx2v"}),
    # Numbers: blanks around them, a sign, decimals, exponents.
    Sent("-w ' 640 ' x", {"width": 640}),
    Sent("-w +640 x", {"width": 640}),
    Sent("-w 6.4e2 x", {"width": 640}),
    Sent("-w 640.0 x", {"width": 640}),
    Sent("-w 0640 x", {"width": 640}),
    Sent("-w 1e3 x", {"width": 1000}),
    Sent("--guidance .5 x", {"guidanceScale": 0.5}),
    Sent("--guidance 1. x", {"guidanceScale": 1}),
    Sent("--guidance +5e-1 x", {"guidanceScale": 0.5}),
    Sent("--lora a --lora-strength -0.5 x", {"loraStrengths": [-0.5]}),
    Sent("-s 4294967295 x", {"seed": 4294967295}),
    Sent("-s 0 x", {"seed": 0}),
]


@parametrize(SENT)
def test_what_is_read_is_sent(stage: Any, row: Sent) -> None:
    stage.send(row)


@pytest.mark.parametrize("argv", ["a cat sits", "a cat", "x -- y z"])
def test_more_than_one_prompt_is_refused_or_told(stage: Any, argv: str) -> None:
    """The original drops all but the first word; either answer is allowed, silence is not."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    called = stage.call(argv)
    assert called.exit_code == 1
    lost = argv.split()[-1]
    assert re.search(rf"^(Error|Warning|Hint).*\b{lost}\b", called.stderr, re.MULTILINE), called.stderr


def test_after_two_dashes_nothing_is_read(stage: Any) -> None:
    """What follows the prompt there is dropped by the original; it may be refused."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(["--", "a cat", "--video"])
    assert found["error"] == "Debit Error: Insufficient funds" or "--video" in found["error"]
    assert all(frame["modelID"] == "z_image_turbo_bf16" for frame in stage.frames)


@pytest.mark.parametrize("argv", ["--width=640 x", "--token-type=sogni x"])
def test_a_value_behind_an_equals_sign_is_understood_or_unknown(stage: Any, argv: str) -> None:
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(argv)
    if stage.projects:
        assert (stage.frames[0]["width"], stage.projects[0]["tokenType"]) in {(640, "spark"), (512, "sogni")}
    else:
        assert found["error"].startswith("Unknown option: ")


@pytest.mark.parametrize("value", ["turn", "-turn", "a turn", ""])
def test_what_is_attached_is_the_value_and_never_the_prompt(stage: Any, value: str) -> None:
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(["--angles-360", f"--angles-360-video={value}", "-c", "a.png"])
    assert (found["error"], found["prompt"]) == ("Debit Error: Insufficient funds", None)
    assert {frame["positivePrompt"].rpartition(" eye-level ")[2] for frame in stage.frames} == {"shot medium shot"}


@pytest.mark.skipif(os.name == "nt", reason="there arguments are text")
def test_a_prompt_that_is_not_text_is_refused_for_it(stage: Any) -> None:
    found = stage.fail(["caf\udce9"])
    assert (found["error"], found["prompt"]) == ("PROMPT must be text in UTF-8.", "caf\udce9")
    assert stage.requests == []


HELP = [
    "--help", "--json --help", "x --help", "-q --help", "--video --help", "--help --bogus", "--help -w x",
    "--help --json", "--token-type gold --help", "--last-seed --help",
]  # fmt: skip


@pytest.mark.parametrize("argv", HELP)
def test_help_is_text_on_stdout_at_once(stage: Any, argv: str) -> None:
    called = stage.call(argv, account=None)
    assert (called.exit_code, called.stderr) == (0, "")
    for flag in ("--output", "--last-seed", "--video", "--photobooth", "--multi-angle", "--angles-360-video", "--ref",
                 "--balance", "--strict-size", "--loras", "--auto-resize-assets", "--cn-strength"):  # fmt: skip
        assert flag in called.stdout
    assert stage.requests == []


def test_help_tells_the_defaults_that_are_used(stage: Any) -> None:
    shown = stage.call(["--help"]).stdout
    assert "0.8" in shown and "0.3" in shown
    assert "z_image_turbo_bf16" in shown


VERSION = [
    "--version", "-V", "-q --version", "--version cat", "--version --balance", "--video --version",
    "-V --workflow s2v --video --ref face.jpg --ref-audio speech.wav",
]  # fmt: skip


@pytest.mark.parametrize("argv", VERSION)
def test_the_version_is_text(stage: Any, argv: str) -> None:
    called = stage.call(argv, account=None)
    assert (called.exit_code, called.stdout) == (0, f"{version('sogni-core')}\n")
    assert stage.requests == []
    assert not stage.home.last_render.exists()


@pytest.mark.parametrize("argv", ["--json --version", "-V --json"])
def test_the_version_is_json(stage: Any, argv: str) -> None:
    called = stage.call(argv, account=None)
    assert called.exit_code == 0
    found = stage.json
    assert list(found)[:5] == ["success", "type", "name", "version", "timestamp"]
    assert (found["success"], found["type"], found["name"]) == (True, "version", "sogni-gen")
    assert found["version"] == version("sogni-core")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["timestamp"])


LAST = '{\n  "type": "image",\n  "seed": 7\n}'


@pytest.mark.parametrize("argv", ["--last", "x --last", "-q --last", "--last --bogus", "--last -n 0",
                                  "--token-type gold --last"])  # fmt: skip
def test_the_last_render_is_shown_at_once(stage: Any, argv: str) -> None:
    stage.keep_last_render(LAST)
    called = stage.call(argv, account=None)
    assert (called.exit_code, called.stdout, called.stderr) == (0, LAST + "\n", "")
    assert stage.requests == []


def test_the_last_render_is_the_one_object_with_json(stage: Any) -> None:
    """The original prints the file as it is; on one line it is the same object."""
    stage.keep_last_render(LAST)
    called = stage.call(["--json", "--last"], account=None)
    assert called.exit_code == 0
    assert {"type": "image", "seed": 7}.items() <= called.json.items()


def test_without_a_last_render_it_says_so(stage: Any) -> None:
    called = stage.call(["--last"], account=None)
    assert (called.exit_code, called.stdout) == (0, "")
    assert called.stderr.splitlines()[0].endswith("No previous render found.")


@pytest.mark.parametrize("argv", [["--json", "--last"], ["--last", "--json"]])
def test_without_a_last_render_json_is_an_error_object(stage: Any, argv: list[str]) -> None:
    called = stage.call(argv, account=None)
    assert called.exit_code in {0, 1}
    assert (stage.json["success"], stage.json["error"]) == (False, "No previous render found.")


PATHLESS = [
    "--angles-360 -c a.png --angles-360-video -q x", "--angles-360-video --angles-360 -c a.png x",
    "--angles-360 -c a.png x --angles-360-video",
]  # fmt: skip


@pytest.mark.parametrize("argv", PATHLESS)
def test_the_360_video_takes_no_flag_for_its_path(stage: Any, argv: str) -> None:
    """Without a path and without -o the original makes a file in a temporary folder; a refusal has to name the flag."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(argv)
    if stage.projects:
        assert stage.frames[0]["positivePrompt"].endswith(" x")
    else:
        assert "--angles-360-video" in found["error"]


def test_the_360_video_takes_no_prompt_for_its_path(stage: Any) -> None:
    """The original swallows it. Taking it for the prompt and asking for a path are both answers."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(["--angles-360", "-c", "a.png", "--angles-360-video", "a red car"])
    if stage.projects:
        assert stage.frames[0]["positivePrompt"].endswith("medium shot a red car")
    else:
        assert "--angles-360-video" in found["error"]
