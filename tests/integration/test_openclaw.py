"""What OpenClaw is given: a manifest whose schema is that of the settings, and a folder that stays its owner's."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sogni_core import __version__
from tools.repository import ROOT

ALL = ("devnet", "multiangle", "photobooth", "video")

SAMPLE: dict[str, Any] = {
    "defaultImageModel": "z_image_turbo_bf16",
    "defaultEditModel": "qwen_image_edit_2511_fp8_lightning",
    "defaultPhotoboothModel": "coreml-sogniXLturbo_alpha1_ad",
    "videoModels": {
        "t2v": "wan_v2.2-14b-fp8_t2v_lightx2v",
        "i2v": "wan_v2.2-14b-fp8_i2v_lightx2v",
        "s2v": "wan_v2.2-14b-fp8_s2v_lightx2v",
        "animate-move": "wan_v2.2-14b-fp8_animate-move_lightx2v",
        "animate-replace": "wan_v2.2-14b-fp8_animate-replace_lightx2v",
    },
    "defaultVideoWorkflow": "t2v",
    "defaultNetwork": "fast",
    "defaultTokenType": "spark",
    "seedStrategy": "prompt-hash",
    "modelDefaults": {
        "flux1-schnell-fp8": {"steps": 4, "guidance": 3.5},
        "flux2_dev_fp8": {"steps": 20, "guidance": 7.5},
    },
    "defaultWidth": 768,
    "defaultHeight": 768,
    "defaultCount": 1,
    "defaultFps": 16,
    "defaultDurationSec": 5,
    "defaultImageTimeoutSec": 30,
    "defaultVideoTimeoutSec": 300,
}
"""The configuration that users of the original were shown, every key of it."""

WRONG: dict[str, list[Any]] = {
    "defaultImageModel": [7, "", None],
    "defaultEditModel": [["a"], ""],
    "defaultPhotoboothModel": [True, ""],
    "videoModels.t2v": [7, ""],
    "videoModels.i2v": [7, ""],
    "videoModels.s2v": [7, ""],
    "videoModels.animate-move": [7, ""],
    "videoModels.animate-replace": [7, ""],
    "videoModels.v2v": ["wan"],
    "videoModels": ["wan", []],
    "defaultVideoWorkflow": ["text", 7],
    "defaultNetwork": ["slow", 7],
    "defaultTokenType": ["gold", 7],
    "seedStrategy": ["fixed", 7],
    "modelDefaults": [[], {"m": 4}, {"m": {"steps": 0}}, {"m": {"guidance": -1}}, {"m": {"stops": 4}},
                      {"m": {"steps": 1.5}}],
    "defaultWidth": [63, 4097, 512.5, "512"],
    "defaultHeight": [63, 4097, 512.5, "512"],
    "defaultCount": [0, 1.5, "1"],
    "defaultFps": [0, 61, "16"],
    "defaultDurationSec": [0, 61, 2.5],
    "defaultImageTimeoutSec": [4, "30"],
    "defaultVideoTimeoutSec": [29, "300"],
    "defaultWdith": [512],
}  # fmt: skip


@pytest.fixture
def manifest(sogni_cli: Any) -> dict[str, Any]:
    called = sogni_cli("openclaw", "manifest", plugins=ALL)
    assert (called.exit_code, called.stderr) == (0, "")
    return dict(json.loads(called.stdout))


def test_the_manifest_says_who_it_is(manifest: dict[str, Any]) -> None:
    assert [manifest[key] for key in ("id", "name", "version", "skills")] == ["sogni-gen", "Sogni", __version__, ["."]]
    assert "video: " in manifest["description"]
    assert manifest == json.loads((ROOT / "openclaw.plugin.json").read_text("utf-8"))


def test_the_sample_of_the_original_is_valid(manifest: dict[str, Any]) -> None:
    schema = manifest["configSchema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(SAMPLE, schema)
    jsonschema.validate({}, schema)


def test_every_key_has_a_wrong_value_that_is_tried(manifest: dict[str, Any]) -> None:
    properties = manifest["configSchema"]["properties"]
    assert set(SAMPLE) <= set(properties)
    nested = {f"videoModels.{name}" for name in properties["videoModels"]["properties"]}
    assert {"credentialsPath", "lastRenderPath", "mediaInboundDir", *WRONG} >= {*properties, *nested}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused(key: str, value: Any) -> None:
    manifest = json.loads((ROOT / "openclaw.plugin.json").read_text("utf-8"))
    config = copy.deepcopy(SAMPLE)
    *above, last = key.split(".")
    table = config
    for name in above:
        table = table[name]
    table[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config, manifest["configSchema"])


def test_defaults_are_the_built_in_values(manifest: dict[str, Any]) -> None:
    properties = manifest["configSchema"]["properties"]
    for key, default in SAMPLE.items():
        if key in ("videoModels", "modelDefaults", "defaultWidth", "defaultHeight"):
            continue
        if key == "defaultImageTimeoutSec":
            assert "default" not in properties[key], "it feeds settings with different values"
        else:
            assert properties[key]["default"] == default
        assert properties[key]["description"]
    assert properties["defaultWidth"]["default"] == 512


def test_only_what_is_installed_is_taken(sogni_cli: Any, folder: Path) -> None:
    called = sogni_cli("openclaw", "manifest", "--json", "-o", "made/openclaw.plugin.json", plugins=())
    written = json.loads((folder / "made/openclaw.plugin.json").read_text("utf-8"))
    assert (called.json["manifest"], called.json["localPath"]) == (
        written, str(folder / "made/openclaw.plugin.json"),
    )  # fmt: skip
    properties = written["configSchema"]["properties"]
    assert not {"videoModels", "defaultFps", "defaultPhotoboothModel"} & set(properties)
    assert properties["defaultNetwork"]["enum"] == ["fast", "relaxed"]
    assert "video" not in written["description"]


STAMPS = """
from sogni_core.plugin import Settings, hookimpl

@hookimpl
def sogni_settings():
    return [Settings("stamps", "stamps.table:Table", openclaw={
        "defaultWidth": "side", "stampInk": "ink.colour", "stampInks": "inks", "stampTree": "tree",
        "seedStrategy.x": "side", "stampLink": "link", "defaultCount": "word",
    })]
"""

TABLE = """
from __future__ import annotations
from typing import Annotated, Literal
from pydantic import BaseModel, Field

class Ink(BaseModel):
    colour: Annotated[Literal["red", "blue"] | None, Field(description="Colour of the ink.")] = None

class Tree(BaseModel):
    branch: Tree | None = None

class Table(BaseModel):
    side: Annotated[float, Field(gt=100, le=800, description="Side.")] = 128
    ink: Annotated[Ink, Field(description="Ink.")] = Ink()
    inks: Annotated[dict[str, Ink], Field(description="Inks by name.")] = {}
    tree: Annotated[Tree, Field(description="Tree.")] = Tree()
    link: Annotated[tuple[str, ...], Field(description="Links.", max_length=3)] = ("a",)
    word: Annotated[str, Field(description="Word.")] = "one"
"""


@pytest.fixture
def stamps(sogni_site: Any) -> None:
    sogni_site(
        "sogni-stamps",
        plugins={"stamps": "stamps.plugin"},
        files={"stamps/__init__.py": "", "stamps/plugin.py": STAMPS, "stamps/table.py": TABLE},
    )


def test_keys_of_somebody_else_nest_and_narrow(stamps: None, sogni_cli: Any) -> None:
    called = sogni_cli("openclaw", "manifest", "--json", plugins=("stamps",))
    schema = called.json["manifest"]["configSchema"]
    properties = schema["properties"]
    width = properties["defaultWidth"]
    assert (width["type"], width["minimum"], width["exclusiveMinimum"], width["maximum"]) == ("integer", 64, 100, 800)
    assert width["description"] == "Width in pixels. Side."
    assert "default" not in width
    assert properties["stampInk"] == {"enum": ["red", "blue"], "type": "string", "description": "Colour of the ink."}
    assert properties["defaultCount"]["allOf"], "a number and a text have nothing in common"
    assert called.json["warnings"] == ["OpenClaw's key seedStrategy.x is left out: another key has the same place."]
    jsonschema.validate({"stampInks": {"mine": {"colour": "red"}}, "stampTree": {"branch": {}}}, schema)
    for wrong in ({"stampInks": {"mine": {"colour": "green"}}}, {"stampLink": ["a"] * 4}, {"defaultCount": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


@pytest.fixture
def install(sogni_cli: Any) -> Any:
    def run(*argv: str, plugins: tuple[str, ...] = ALL) -> Any:
        return sogni_cli("openclaw", "install", "--json", *argv, plugins=plugins)

    return run


def actions(called: Any) -> set[str]:
    assert called.exit_code == 0, called
    return {row["action"] for row in called.json["files"]}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_it_goes_where_the_host_looks(install: Any, sogni_home: Any) -> None:
    called = install()
    folder = sogni_home.home / ".clawdbot" / "skills" / "sogni-gen"
    assert (called.json["folder"], called.json["dryRun"], actions(called)) == (str(folder), False, {"write"})
    found = contents(folder)
    assert {row["path"] for row in called.json["files"]} == {
        str(folder / name) for name in found if name != ".sogni-skill.json"
    }
    for name in found:
        if name != ".sogni-skill.json":
            assert found[name] == (ROOT / name).read_bytes(), name
    assert actions(install()) == {"keep"}


def test_where_the_host_s_new_folder_is_it_goes_there(install: Any, sogni_home: Any) -> None:
    (sogni_home.home / ".openclaw" / "skills").mkdir(parents=True)
    assert install().json["folder"] == str(sogni_home.home / ".openclaw" / "skills" / "sogni-gen")


def test_a_dry_run_says_all_and_writes_nothing(install: Any, sogni_home: Any, folder: Path, sogni_cli: Any) -> None:
    called = install("--skills-dir", "mine", "--dry-run")
    assert (called.json["dryRun"], actions(called)) == (True, {"write"})
    assert list(folder.iterdir()) == []
    said = sogni_cli("openclaw", "install", "--skills-dir", "mine", "--dry-run", plugins=()).stdout
    assert f"{folder}/mine/sogni-gen/SKILL.md: to be written\n" in said
    assert not (sogni_home.home / ".clawdbot").exists()


def test_another_set_of_plugins_updates_and_removes(install: Any, folder: Path) -> None:
    install("--skills-dir", ".")
    before = contents(folder)
    planned = install("--skills-dir", ".", "--dry-run", plugins=("video",))
    assert contents(folder) == before
    called = install("--skills-dir", ".", plugins=("video",))
    assert called.json["files"] == planned.json["files"]
    rows = {Path(row["path"]).name: row["action"] for row in called.json["files"]}
    assert (rows["SKILL.md"], rows["photobooth.md"], rows["video.md"]) == ("update", "remove", "keep")
    names = set(contents(folder / "sogni-gen"))
    assert "references/photobooth.md" not in names
    assert "references/video.md" in names
    assert actions(install("--skills-dir", ".")) == {"keep", "update", "write"}
    assert contents(folder) == before


def test_a_file_that_somebody_changed_is_never_overwritten(install: Any, folder: Path) -> None:
    install("--skills-dir", ".")
    mine = folder / "sogni-gen"
    (mine / "SKILL.md").write_text("my own words")
    (mine / "references/photobooth.md").write_text("my own words")
    before = contents(folder)
    for plugins in (ALL, ("video",)):
        called = install("--skills-dir", ".", plugins=plugins)
        assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
        said = [problem["error"] for problem in called.json["problems"]]
        assert said == [
            f"Cannot write {mine / name}: it was changed after it was written."
            for name in ("SKILL.md", "references/photobooth.md")
        ]
        assert f"mv {mine}/SKILL.md {mine}/SKILL.md.old" in called.json["hint"]
    assert contents(folder) == before
    for name in ("SKILL.md", "references/photobooth.md"):
        (mine / name).rename(mine / f"{name}.old")
    assert actions(install("--skills-dir", ".")) == {"write", "keep"}
    assert (mine / "SKILL.md.old").read_text() == "my own words"


def test_what_stood_there_before_is_left_alone(install: Any, folder: Path) -> None:
    mine = folder / "sogni-gen"
    mine.mkdir()
    (mine / "SKILL.md").write_text("the skill of the Node program")
    (mine / "package.json").write_text("{}")
    called = install("--skills-dir", ".")
    assert called.json["error"] == f"Cannot write {mine}/SKILL.md: it was not written by this program."
    assert contents(mine) == {"SKILL.md": b"the skill of the Node program", "package.json": b"{}"}
    (mine / "SKILL.md").unlink()
    assert actions(install("--skills-dir", ".")) == {"write"}
    assert (mine / "package.json").read_text() == "{}"


def test_a_file_like_ours_is_taken_over(install: Any, folder: Path) -> None:
    (folder / "sogni-gen").mkdir()
    shutil.copy(ROOT / "SKILL.md", folder / "sogni-gen")
    assert actions(install("--skills-dir", ".")) == {"keep", "write"}


@pytest.mark.parametrize("name", ["", "references", "SKILL.md", "references/video.md"])
def test_links_are_not_followed(name: str, install: Any, folder: Path) -> None:
    outside = folder / "outside"
    outside.mkdir()
    (outside / "kept.md").write_text("kept")
    link = folder / "skills" / "sogni-gen" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(outside / "kept.md" if name.endswith(".md") else outside)
    called = install("--skills-dir", "skills")
    assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
    assert str(link) in called.json["error"]
    assert contents(outside) == {"kept.md": b"kept"}
    assert link.is_symlink()


@pytest.mark.parametrize(
    "record",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "files": {}}',
        '{"version": 1, "files": []}',
        '{"version": 1, "files": {"SKILL.md": "x"}}',
        '{"version": 1, "files": {"SKILL.md": ["x"]}}',
        json.dumps({"version": 1, "files": {"../outside.md": ["0" * 64]}}),
        json.dumps({"version": 1, "files": {"/etc/passwd": ["0" * 64]}}),
        json.dumps({"version": 1, "files": {"references/../../outside.md": ["0" * 64]}}),
        "[" * 100_000,
        "x" * 2_000_000,
    ],
)
def test_a_record_that_cannot_be_believed_is_not(record: str, install: Any, folder: Path) -> None:
    install("--skills-dir", ".")
    (folder / "outside.md").write_text("kept")
    (folder / "sogni-gen/.sogni-skill.json").write_text(record)
    before = contents(folder)
    called = install("--skills-dir", ".", plugins=())
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_STATE")
    assert ".sogni-skill.json" in called.json["error"]
    assert f"Move {folder}/sogni-gen, then install again." in called.json["hint"]
    assert contents(folder) == before


@pytest.mark.slow
@pytest.mark.slow
def test_a_run_that_was_cut_short_is_gone_on_with(install: Any, folder: Path) -> None:
    install("--skills-dir", ".", plugins=("video",))
    mine = folder / "sogni-gen"
    record = json.loads((mine / ".sogni-skill.json").read_text())
    old = (mine / "SKILL.md").read_bytes()
    install("--skills-dir", ".")
    # As a process leaves it that dies after the first of its files: a record of both, and one file of the old ones.
    new = json.loads((mine / ".sogni-skill.json").read_text())
    both = {name: [*record["files"].get(name, []), *known] for name, known in new["files"].items()}
    (mine / ".sogni-skill.json").write_text(json.dumps({"version": 1, "files": both}))
    (mine / "SKILL.md").write_bytes(old)
    assert actions(install("--skills-dir", ".")) == {"keep", "update"}
    assert (mine / "SKILL.md").read_bytes() == (ROOT / "SKILL.md").read_bytes()
    assert json.loads((mine / ".sogni-skill.json").read_text()) == new


def test_several_at_once_take_turns(sogni_home: Any, folder: Path) -> None:
    program = "from sogni_core.cli import program; program()"
    argv = [sys.executable, "-c", program, "openclaw", "install", "--skills-dir", str(folder), "--json"]
    sets = (",".join(ALL), "video", "", ",".join(ALL))
    started = [
        subprocess.Popen(argv, env={**os.environ, "SOGNI_PLUGINS": plugins}, stdout=subprocess.PIPE) for plugins in sets
    ]
    for process in started:
        said = json.loads(process.communicate(timeout=50)[0])
        assert (process.returncode, said["success"]) == (0, True), said
    found = contents(folder / "sogni-gen")
    record = json.loads(found.pop(".sogni-skill.json"))["files"]
    assert {name: [hashlib.sha256(content).hexdigest()] for name, content in found.items()} == record


@pytest.mark.parametrize(
    ("argv", "said"),
    [(("--skills-dir", ""), "--skills-dir must name a folder."), (("--skills-dir", "file"), "it is not a folder")],
)
def test_a_folder_that_is_none_is_refused(argv: tuple[str, ...], said: str, install: Any, folder: Path) -> None:
    (folder / "file").write_text("mine")
    called = install(*argv)
    assert called.exit_code == 2
    assert said in called.json["error"]
    assert contents(folder) == {"file": b"mine"}


@pytest.mark.parametrize("system", ["posix"] if os.name == "posix" else [])
def test_pipes_are_not_opened(system: str, install: Any, folder: Path) -> None:
    (folder / "sogni-gen").mkdir()
    for name in ("SKILL.md", ".sogni-skill.json"):
        os.mkfifo(folder / "sogni-gen" / name)
        called = install("--skills-dir", ".")
        assert name in called.json["error"]
    assert stat.S_ISFIFO((folder / "sogni-gen" / "SKILL.md").lstat().st_mode)
