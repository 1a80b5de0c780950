"""The image mode through the real command line, with the live network replaced by one in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import Program


@pytest.fixture
def network() -> MemoryNetwork:
    return MemoryNetwork("fast")


@pytest.fixture
def run(sogni_cli: Program, network: MemoryNetwork, folder: Path) -> Any:
    """Call ``sogni image`` as a user of the live network."""

    def call(*argv: object, **environ: str) -> Any:
        return sogni_cli("image", *map(str, argv), network=network, environ=environ)

    return call


def key_frame(network: MemoryNetwork) -> Mapping[str, Any]:
    return network.projects[-1].frame


def picture(path: Path, size: tuple[int, int] = (64, 48), **options: Any) -> Path:
    Image.new("RGB", size, "teal").save(path, **options)
    return path


def test_one_image_is_saved_and_told(run: Any, network: MemoryNetwork, folder: Path) -> None:
    called = run("a cat wearing a hat", "-o", "cat.png", "--json")
    found = called.json
    assert called.exit_code == 0
    assert list(found)[:11] == [
        "success", "type", "prompt", "model", "width", "height", "seed", "seedStrategy", "seeds", "urls", "localPath",
    ]  # fmt: skip
    assert found["success"] is True
    assert (found["type"], found["prompt"], found["model"]) == ("image", "a cat wearing a hat", "z_image_turbo_bf16")
    assert (found["width"], found["height"], found["seed"]) == (512, 512, 342357531)
    assert (found["seedStrategy"], found["tokenType"], found["network"]) == ("prompt-hash", "spark", "fast")
    assert found["localPath"] == str(folder / "cat.png")
    assert found["localPaths"] == [str(folder / "cat.png")]
    assert found["projectIds"] == [network.projects[0].id]
    assert found["cost"] == {"token": "spark", "estimated": 1.0, "left": 999.0}
    with Image.open(folder / "cat.png") as image:
        image.load()
        assert (image.size, image.format) == ((512, 512), "PNG")
    assert "Saved to" in called.stderr
    assert list(folder.iterdir()) == [folder / "cat.png"]


def test_without_saving_the_url_is_told_and_nothing_is_downloaded(
    run: Any, network: MemoryNetwork, folder: Path
) -> None:
    called = run("a cat", "--no-save")
    assert called.exit_code == 0
    assert called.stdout.startswith("http://memory.test/")
    assert list(folder.iterdir()) == []
    assert not [call for call in network.calls if "/files/" in call]


def test_every_option_reaches_the_wire(run: Any, network: MemoryNetwork) -> None:
    called = run(
        "--json", "-q", "-m", "flux1-schnell-fp8", "-w", "768", "-h", "512.0", "-n", "2", "-s", "0", "--steps", "3",
        "--guidance", "0.5", "--negative-prompt", "blur", "--style-prompt", "ink", "--sampler", "euler", "--scheduler",
        "simple", "--lora", "a,b", "--lora", "c", "--lora-strengths", "1,0.5", "--lora-strength", "2e-1",
        "--output-format", "JPEG", "--token-type", "SOGNI", "--network", "relaxed", "--no-filter", "--", "-a prompt",
    )  # fmt: skip
    assert called.exit_code == 0, called.stdout
    request, frame = network.projects[0].payload, key_frame(network)
    assert request["numberOfImages"] == 2
    assert (request["tokenType"], request["outputFormat"], request["network"]) == ("sogni", "jpg", "relaxed")
    assert request["disableSafety"] is True
    assert (frame["modelID"], frame["positivePrompt"]) == ("flux1-schnell-fp8", "-a prompt")
    assert (frame["width"], frame["height"], frame["seed"], frame["steps"]) == (768, 512, 0, 3)
    assert (frame["guidanceScale"], frame["negativePrompt"], frame["stylePrompt"]) == (0.5, "blur", "ink")
    # A model of the legacy form: the sampler goes into "scheduler", the scheduler into "timeStepSpacing".
    assert (frame["scheduler"], frame["timeStepSpacing"]) == ("euler", "simple")
    assert (frame["loras"], frame["loraStrengths"]) == (["a", "b", "c"], [1, 0.5, 0.2])
    assert called.stderr == ""
    found = called.json
    assert (found["outputFormat"], found["loras"], found["seedStrategy"]) == ("jpg", ["a", "b", "c"], None)


def test_the_safety_filter_is_on_by_default(run: Any, network: MemoryNetwork) -> None:
    assert run("a cat").exit_code == 0
    assert network.projects[0].payload["disableSafety"] is False


def test_all_of_several_outputs_are_saved_in_order(run: Any, folder: Path) -> None:
    found = run("a cat", "-n", "3", "-o", "out/cat.jpg", "--json").json
    names = [str(folder / "out" / f"cat-{place}.jpg") for place in (1, 2, 3)]
    assert found["localPaths"] == names
    assert found["localPath"] == names[0]
    assert len(found["seeds"]) == 3
    for name in names:
        with Image.open(name) as image:
            assert image.format == "JPEG"


def test_the_format_comes_from_the_extension_and_leaves_the_seed_alone(run: Any) -> None:
    assert run("a cat wearing a hat", "-o", "a.jpg", "--json").json["seed"] == 342357531
    explicit = run("a cat wearing a hat", "-o", "b.jpg", "--output-format", "jpg", "--json").json
    assert explicit["seed"] == 3515576134
    mixed = run("a cat wearing a hat", "-o", "c.jpg", "--output-format", "png", "--json").json
    assert mixed["warnings"] == ["The output is png, but its name is c.jpg."]
    odd = run("a cat wearing a hat", "-o", "d.gif", "--json").json
    assert odd["warnings"] == [".gif is not one of the image formats that sogni can choose; the service picks one."]
    assert run("a cat wearing a hat", "-o", "no-name", "--json").json["warnings"] == []


def test_context_images_make_an_edit(run: Any, network: MemoryNetwork, folder: Path) -> None:
    picture(folder / "a.png"), picture(folder / "b.jpg")
    found = run("blend", "-c", "a.png", "-c", "b.jpg", "-o", "out.png", "--json").json
    frame = key_frame(network)
    assert found["model"] == "qwen_image_edit_2511_fp8_lightning"
    assert found["contextImages"] == ["a.png", "b.jpg"]
    assert [frame[f"hasContextImage{place}"] for place in range(1, 17)] == [True, True, *[False] * 14]
    assert (frame["steps"], frame["guidanceScale"]) == (4, 3.5)
    assert found["warnings"] == []


def test_a_starting_image_is_uploaded(run: Any, network: MemoryNetwork, folder: Path) -> None:
    picture(folder / "a.png")
    assert run("x", "--starting-image", "a.png", "--starting-strength", "0.75").exit_code == 0
    frame = key_frame(network)
    assert (frame["hasStartingImage"], frame["strength"]) == (True, 0.25)


def test_the_last_image_is_edited_and_the_last_seed_used(run: Any, network: MemoryNetwork, folder: Path) -> None:
    first = run("a cat", "-o", "cat.png", "-s", "0", "--json").json
    second = run("in a garden", "--last-image", "--last-seed", "--json").json
    assert second["contextImages"] == [first["localPath"]]
    assert (second["seed"], second["seedStrategy"]) == (0, None)
    third = run("x", "--last-seed", "--seed", "9", "--json").json
    assert third["seed"] == 9
    assert third["warnings"] == ["--last-seed is ignored because --seed was given."]


def test_a_last_render_that_is_a_video_is_no_image(run: Any, sogni_home: Any) -> None:
    sogni_home.config.mkdir(parents=True)
    sogni_home.last_render.write_text('{"type": "video", "localPath": "/tmp/clip.mp4", "urls": ["https://x.test/v"]}')
    found = run("x", "--last-image", "--json").json
    assert (found["errorCode"], found["error"]) == (
        "NO_LAST_RENDER",
        "The last render is of the type video, not an image.",
    )


def test_without_a_last_render_the_last_image_is_an_error_and_the_last_seed_a_warning(run: Any) -> None:
    assert run("x", "--last-image", "--json").json["errorCode"] == "NO_LAST_RENDER"
    assert run("x", "--last-seed", "--json").json["warnings"] == ["No previous render found; generating a seed."]


def test_last_render_is_written_in_the_originals_form(run: Any, folder: Path, sogni_home: Any) -> None:
    run("a cat", "-o", "cat.png", "--output-format", "png")
    found = json.loads(sogni_home.last_render.read_text())
    assert list(found)[:13] == [
        "timestamp", "type", "prompt", "model", "width", "height", "seed", "seedStrategy", "seeds", "projectId", "urls",
        "localPath", "tokenType",
    ]  # fmt: skip
    assert found["localPath"] == str(folder / "cat.png")
    assert sogni_home.last_render.stat().st_mode & 0o077 == 0


def test_dry_run_says_all_and_sends_nothing(run: Any, network: MemoryNetwork, folder: Path) -> None:
    picture(folder / "a.png")
    found = run("x", "-c", "a.png", "-n", "2", "-o", "y.jpg", "--dry-run", "--json").json
    assert found["success"] is True
    assert found["projects"] == [
        {
            "key": "image", "media": "image", "model": "qwen_image_edit_2511_fp8_lightning", "prompt": "x", "count": 2,
            "width": 512, "height": 512, "seed": found["seed"], "steps": 4, "guidance": 3.5,
            "assets": {"contextImage1": "a.png"},
            "files": [str(folder / "y-1.jpg"), str(folder / "y-2.jpg")], "price": found["projects"][0]["price"],
        }
    ]  # fmt: skip
    assert found["price"]["amount"] > 0
    assert network.projects == ()
    assert sorted(path.name for path in folder.iterdir()) == ["a.png"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["-n", "17", "x"], "--count must be between 1 and 16."),
        (["-n", "0", "x"], "--count must be >= 1."),
        (["-w", "100", "x"], "--width must be between 256 and 2560 for model z_image_turbo_bf16, not 100."),
        (["-m", "flux1-schnell-fp8", "-h", "2049", "x"],
         "--height must be between 256 and 2048 for model flux1-schnell-fp8, not 2049."),
        ([], "PROMPT is required."),
        ([""], "PROMPT must not be empty."),
        (["   "], "PROMPT must not be empty."),
        (["x", "--lora-strength", "1"], "--lora-strength requires --lora."),
        (["x", "--lora", "a", "--lora-strengths", "1,2"],
         "--lora-strength needs one value for each of --lora: 1, not 2."),
        (["x", "--starting-strength", "0.5"], "--starting-strength requires --starting-image."),
        (["x", "--starting-strength", "1.5"], "--starting-strength must be between 0 and 1."),
        (["x", "--token-type", "gold"], '--token-type must be "spark" or "sogni".'),
        (["x", "--seed-strategy", "best"], '--seed-strategy must be "random" or "prompt-hash".'),
        (["x", "-o", "pictures/"], "--output names a folder; add the name of a file."),
        (["x", "--output-format", "gif"], '--output-format must be "png", "jpg" or "webp".'),
        (["x", "-c", "a.png", "-m", "z_image_turbo_bf16"],
         "The model z_image_turbo_bf16 does not support context images."),
        (["x", *["-c", "a.png"] * 4],
         "The model qwen_image_edit_2511_fp8_lightning accepts at most 3 context images, not 4."),
        (["x", "-m", "flux1-kontext-dev", *["-c", "a.png"] * 3],
         "The model flux1-kontext-dev accepts at most 2 context images, not 3."),
        (["x", "-m", "flux2_dev_fp8", *["-c", "a.png"] * 7],
         "The model flux2_dev_fp8 accepts at most 6 context images, not 7."),
        (["x", "-c", "none.png"], "Failed to read media file: none.png"),
        (["x", "-t", "0"], "--timeout must be >= 1."),
        (["x", "--network", "devnt"], "Unknown network 'devnt'. Available: fast, relaxed, devnet."),
        (["an", "unquoted", "prompt"], "Got unexpected extra argument"),
        (["x", "--sampel", "euler"], "No such option: --sampel"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error_before_anything_is_sent(
    run: Any, network: MemoryNetwork, folder: Path, argv: list[str], message: str
) -> None:
    picture(folder / "a.png")
    called = run(*argv, "--json")
    assert called.exit_code == 2
    assert message in called.json["error"]
    assert network.projects == ()
    text = run(*argv)
    assert (text.exit_code, text.stdout) == (2, "")
    assert text.stderr.startswith("Error: ")


def test_all_problems_are_told_at_once(run: Any) -> None:
    problems = run("-n", "99", "-w", "9", "--lora-strength", "1", "-c", "none.png", "x", "--json").json["problems"]
    assert [problem["field"] for problem in problems] == ["context", "count", "lora_strengths", "width"]


def test_values_out_of_a_models_range_are_refused_unless_forced(run: Any, network: MemoryNetwork) -> None:
    called = run("x", "--steps", "50", "--json")
    text = "z_image_turbo_bf16 supports --steps from 4 to 10, not 50."
    assert (called.exit_code, called.json["field"], called.json["error"]) == (2, "steps", text)
    assert called.json["hint"] == "Use --force to send it anyway."
    assert not network.projects
    found = run("x", "--steps", "50", "--force", "--json").json
    assert found["warnings"] == [f"{text} It is sent anyway."]
    assert key_frame(network)["steps"] == 50


def test_model_defaults_stand_below_flags_and_above_the_catalogue(
    run: Any, network: MemoryNetwork, sogni_home: Any
) -> None:
    sogni_home.config_file.parent.mkdir(parents=True)
    sogni_home.config_file.write_text("[model_defaults.z_image_turbo_bf16]\nsteps = 7\nguidance = 1.5\n")
    run("x", "--guidance", "1.25")
    frame = key_frame(network)
    assert (frame["steps"], frame["guidanceScale"]) == (7, 1.25)


def test_settings_stand_behind_options_and_move_no_seed_but_the_token_type(run: Any, network: MemoryNetwork) -> None:
    found = run("a cat wearing a hat", "--json", SOGNI_TOKEN_TYPE="sogni").json
    assert found["seed"] == 595459926
    assert run("x", "--json", SOGNI_IMAGE__WIDTH="768", SOGNI_COUNT="2").json["width"] == 768
    assert network.projects[-1].count == 2


def test_insufficient_funds_keep_the_services_words_and_say_where_points_are_claimed(
    run: Any, network: MemoryNetwork
) -> None:
    network.fund(spark=0)
    called = run("x", "--json")
    found = called.json
    assert called.exit_code == 4
    assert (found["errorCode"], found["error"]) == ("INSUFFICIENT_BALANCE", "Debit Error: Insufficient funds")
    assert "https://app.sogni.ai/" in found["hint"]
    assert found["errorDetails"]["runId"]


def test_no_credentials_is_one_error(run: Any) -> None:
    called = run("x", "--json", SOGNI_API_KEY="")
    assert (called.exit_code, called.json["errorCode"]) == (3, "MISSING_CREDENTIALS")


def test_refused_credentials_are_one_error(run: Any) -> None:
    called = run("x", "--json", SOGNI_API_KEY="wrong-key")
    assert (called.exit_code, called.json["errorCode"]) == (3, "AUTHENTICATION_ERROR")
    assert "wrong-key" not in called.stdout + called.stderr


def test_the_output_is_checked_before_anything_is_spent(run: Any, network: MemoryNetwork, folder: Path) -> None:
    (folder / "taken").mkdir()
    called = run("x", "-o", "taken", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
    assert network.projects == ()


def test_time_that_runs_out_cancels_and_says_what_became_of_the_project(run: Any, network: MemoryNetwork) -> None:
    network.silent()
    called = run("x", "-t", "1", "--json")
    found = called.json
    assert (called.exit_code, found["errorCode"], found["error"]) == (7, "TIMEOUT", "Timeout after 1s of rendering.")
    (project,) = found["errorDetails"]["projects"]
    assert (project["state"], project["projectId"]) == ("cancelled", network.projects[0].id)
    assert found["mayChargeAgain"] is True
