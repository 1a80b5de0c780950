"""A run inside OpenClaw: errors are always JSON there, whatever the flags say."""

from __future__ import annotations

from typing import Any

import pytest

CONFIGS = ["{}", "{defaultWidth: 640}", "{", "// nothing"]
ERRORS = [
    ("--bogus x", "Unknown option: --bogus", "Use --help to see supported options."),
    ("-n 0 x", "-n must be >= 1.", None),
    ("", "No prompt provided. Use --help for usage.", None),
    ("--photobooth x", "--photobooth requires --ref <face-image>.", None),
    ("-c a.png -m m x", "Model m does not support context images.",
     "Try: qwen_image_edit_2511_fp8 or qwen_image_edit_2511_fp8_lightning"),
]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize(("argv", "error", "hint"), ERRORS)
def test_an_error_is_json_and_text(stage: Any, config: str, argv: str, error: str, hint: str | None) -> None:
    called = stage.call(argv, environ={"OPENCLAW_PLUGIN_CONFIG": config})
    assert called.exit_code == 1
    assert (stage.json["success"], stage.json["error"], stage.json["openclaw"]) == (False, error, True)
    assert f"Error: {error}" in stage.lines
    if hint is not None:
        assert stage.json["hint"] == hint
        assert f"Hint: {hint}" in stage.lines


@pytest.mark.parametrize(("argv", "error", "hint"), ERRORS)
def test_with_json_there_is_no_text(stage: Any, argv: str, error: str, hint: str | None) -> None:
    found = stage.fail(argv, environ={"OPENCLAW_PLUGIN_CONFIG": "{}"})
    assert (found["error"], found["openclaw"]) == (error, True)


def test_an_error_of_the_run_is_json_too(stage: Any) -> None:
    stage.devnet.faults.add("insufficient_funds")
    called = stage.call("x", environ={"OPENCLAW_PLUGIN_CONFIG": "{}"})
    assert called.exit_code == 1
    found = stage.json
    assert found["error"] == "Debit Error: Insufficient funds"
    assert found["openclaw"] is True
    assert list(found).index("context") < list(found).index("openclaw")
    assert "Error: Debit Error: Insufficient funds" in stage.lines


@pytest.mark.parametrize("json", [True, False])
def test_some_that_fail_are_one_object_too(stage: Any, json: bool) -> None:
    """The host reads one object: what is there and what is missing stand in it, not in lines above it."""
    stage.devnet.faults.add("partial_failure")
    called = stage.call(["-n", "3", "-o", "x.png", *(["--json"] if json else []), "x"],
                        environ={"OPENCLAW_PLUGIN_CONFIG": "{}"})  # fmt: skip
    assert called.exit_code == 1
    assert (stage.json["errorCode"], stage.json["success"], stage.json["openclaw"]) == ("PARTIAL", False, True)
    assert len(stage.json["localPaths"]) == 2
    assert [line for line in stage.lines if line.startswith("Error: ")] == (
        [] if json else [f"Error: {stage.json['error']}"]
    )


def test_a_success_is_not_affected(stage: Any) -> None:
    called = stage.call("x", environ={"OPENCLAW_PLUGIN_CONFIG": "{}"})
    assert called.exit_code == 0
    assert called.stdout.startswith("http")
    assert "openclaw" not in stage.succeed("x", environ={"OPENCLAW_PLUGIN_CONFIG": "{}"})


@pytest.mark.parametrize("environ", [{}, {"OPENCLAW_PLUGIN_CONFIG": ""}, {"OPENCLAW_CONFIG_PATH": "none.json"}])
def test_elsewhere_an_error_is_text(stage: Any, environ: dict[str, str]) -> None:
    called = stage.call("-n 0 x", environ=environ)
    assert (called.exit_code, called.stdout) == (1, "")
    assert "openclaw" not in stage.fail("-n 0 x", environ=environ)
