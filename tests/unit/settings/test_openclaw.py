"""OpenClaw's entry as a layer of settings. The hosts' files here are what nobody but their owner would write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from sogni_core.errors import ConfigError
from sogni_core.settings import Settings
from sogni_core.settings.openclaw import OpenClawKeys

from .conftest import Home

FILE = "~/.openclaw/openclaw.json"
PLACE = "plugins.entries.sogni-gen.config"
VARIABLE = "environment OPENCLAW_PLUGIN_CONFIG"


class Sound(BaseModel):
    fps: int = 8


@pytest.fixture
def home(home: Home) -> Any:
    home.sections["sound"] = lambda: Sound
    home.keys = OpenClawKeys(
        fed={
            "": {"defaultNetwork": "network", "defaultCount": "count", "modelDefaults": "model_defaults"},
            "video": {
                "defaultFps": "fps",
                "videoModels.t2v": "models.t2v",
                "videoModels.i2v": "models.i2v",
                "range": ("low", "high"),
                "low": "low",
                "token": "token",
                "gone": "gone",
            },
            "sound": {"defaultFps": "fps"},
        },
        absent={"defaultPhotoboothModel": "sogni-photobooth", "booths.a": "sogni-photobooth"},
        names={"network": ("fast", "relaxed", "devnet")},
    )
    return home


def said(settings: Settings) -> list[str]:
    return [str(problem) for problem in settings.check()]


def test_a_key_feeds_its_setting_and_is_its_origin(home: Home) -> None:
    home.openclaw({"defaultFps": 24, "videoModels": {"t2v": "mine"}})
    settings = home.settings()
    assert (settings.section("video").fps, settings.section("sound").fps) == (24, 24)
    assert settings.value("video.fps").origin == f"{FILE} defaultFps"
    assert settings.value("video.models.t2v").origin == f"{FILE} videoModels.t2v"
    assert (settings.section("video").models.t2v, settings.section("video").models.i2v) == ("mine", "special-i2v")
    assert settings.check() == ()


def test_json5(home: Home) -> None:
    home.openclaw("""\ufeff
        // the host's
        { gateway: { token: 'abc', }, /* … */
          'plugins': { entries: { "sogni-gen": { config: { defaultFps: +0x18, defaultCount: .2e1, }, }, }, },
        }
    """)
    settings = home.settings()
    assert (settings.section("video").fps, settings.core.count) == (24, 2)
    assert settings.check() == ()


def test_its_place_among_the_layers(home: Home) -> None:
    home.config("count = 3\n[video]\nfps = 20\n")
    home.openclaw({"defaultFps": 24})
    spoken = home.settings(SOGNI_VIDEO__FPS="30").explain("video.fps")
    assert [(one.value, one.origin, one.used) for one in spoken] == [
        (30, "environment SOGNI_VIDEO__FPS", True),
        (24, f"{FILE} defaultFps", False),
        (20, "~/.config/sogni/config.toml", False),
        (16, "built-in", False),
    ]
    assert home.settings().value("count").origin == "~/.config/sogni/config.toml"


def test_the_variable_replaces_the_file_altogether(home: Home) -> None:
    home.openclaw({"defaultFps": 24, "defaultCount": 2})
    settings = home.settings(OPENCLAW_PLUGIN_CONFIG="{defaultFps: 25,}")
    assert settings.value("video.fps").origin == f"{VARIABLE} defaultFps"
    assert settings.core.count == 1
    broken = home.settings(OPENCLAW_PLUGIN_CONFIG="{defaultFps: 25")
    assert broken.section("video").fps == 16
    assert said(broken) == [f"Cannot read {VARIABLE}: it is not JSON5, line 1."]
    wrong = home.settings(OPENCLAW_PLUGIN_CONFIG='{"defaultFps": 99}')
    assert said(wrong) == [f"defaultFps ({VARIABLE}) is not valid: should be less than or equal to 60."]
    assert home.settings(OPENCLAW_PLUGIN_CONFIG="").section("video").fps == 24


def test_another_file_is_taken_as_it_is_named(home: Home, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = home.openclaw({"defaultFps": 24}).rename(tmp_path / "other.json")
    assert home.settings(OPENCLAW_CONFIG_PATH=str(other)).value("video.fps").origin == "~/other.json defaultFps"
    home.openclaw({"defaultFps": 25})
    assert home.settings(OPENCLAW_CONFIG_PATH="").section("video").fps == 25
    assert home.settings(OPENCLAW_CONFIG_PATH="~/other.json").section("video").fps == 16
    monkeypatch.chdir(tmp_path)
    assert home.settings(OPENCLAW_CONFIG_PATH="other.json").section("video").fps == 24


@pytest.mark.parametrize(
    "content",
    ["{}", '{"plugins": {}}', '{"plugins": {"entries": {"other": 1}}}', '{"plugins": {"entries": {"sogni-gen": {}}}}',
     '{"plugins": null}', '{"plugins": {"entries": {"sogni-gen": {"enabled": false, "config": null}}}}'],
)  # fmt: skip
def test_no_configuration_is_no_problem(home: Home, content: str) -> None:
    assert home.settings().check() == ()
    home.openclaw(content)
    assert home.settings().check() == ()
    assert home.settings().openclaw.found.config is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON5, line 1"),
        (b"{a: 1,\n\n b: hunter2}", "it is not JSON5, line 3"),
        (b'{"a": "hunter2', "it is not JSON5, line 1"),
        (b'{"a": 1} hunter2', "it is not JSON5, line 1"),
        (b"\xff\xfehunter2", "it is not UTF-8 text"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"//\n" + b'{"hunter2":' * 90_000, "it is nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number in it has too many digits"),
        (b'["hunter2"]', "it is not an object"),
        (b'"hunter2"', "it is not an object"),
        (b"\0", "it is not JSON5, line 1"),
        (b" " * ((1 << 20) + 1), "it is larger than 1 MiB"),
    ],
)  # fmt: skip
def test_an_unreadable_file_is_one_problem_and_nothing_of_it_is_repeated(
    home: Home, content: bytes, reason: str
) -> None:
    home.openclaw(content)
    settings = home.settings()
    assert settings.section("video").fps == 16
    assert said(settings) == [f"Cannot read {FILE}: {reason}."]
    assert settings.problems[0].severity == "error"
    if b"\0" not in content and b"\xff" not in content and len(content) <= 1 << 20:
        assert said(home.settings(OPENCLAW_PLUGIN_CONFIG=content.decode() or " "))[0].startswith(
            f"Cannot read {VARIABLE}"
        )


def test_what_is_no_file(home: Home) -> None:
    file = home.openclaw("{}")
    file.unlink()
    file.mkdir()
    assert said(home.settings()) == [f"Cannot read {FILE}: it is not a regular file."]
    assert said(home.settings(OPENCLAW_CONFIG_PATH="a\0b"))[0].endswith("its name is not valid.")
    assert len(said(home.settings(OPENCLAW_PLUGIN_CONFIG=" " * (1 << 21)))) == 1
    if os.name == "posix":
        file.rmdir()
        os.mkfifo(file)
        assert said(home.settings()) == [f"Cannot read {FILE}: it is not a regular file."]


@pytest.mark.parametrize(
    ("tree", "key"),
    [
        ({"plugins": ["hunter2"]}, "plugins"),
        ({"plugins": {"entries": "hunter2"}}, "plugins.entries"),
        ({"plugins": {"entries": {"sogni-gen": True}}}, "plugins.entries.sogni-gen"),
        ({"plugins": {"entries": {"sogni-gen": {"config": [1]}}}}, PLACE),
        ({"plugins": {"entries": {"sogni-gen": {"config": {"videoModels": "x"}}}}}, f"{PLACE}.videoModels"),
    ],
)
def test_what_should_be_an_object(home: Home, tree: Any, key: str) -> None:
    home.openclaw(json.dumps(tree))
    settings = home.settings()
    assert said(settings) == [f"{key} ({FILE}) is not valid: should be an object."]
    assert settings.problems[0].key == key


@pytest.mark.parametrize("value", ["x", True, None, [], {"a": 1}, 0, 61, 1e400, 2.5, float("nan"), "0x10", 10**400])
def test_a_wrong_value_is_named_once_with_its_place_and_the_next_layer_speaks(home: Home, value: object) -> None:
    home.sections["sound"] = home.sections["video"]  # the key feeds both
    home.config("[video]\nfps = 20\n")
    home.openclaw({"defaultFps": value})
    settings = home.settings()
    (problem,) = settings.check()
    assert str(problem).startswith(f"{PLACE}.defaultFps ({FILE}) is not valid: should be ")
    assert (problem.key, problem.origin, problem.severity) == (f"{PLACE}.defaultFps", FILE, "error")
    assert (settings.section("video").fps, settings.section("sound").fps) == (20, 16)


def test_unknown_keys_are_named_with_the_nearest(home: Home) -> None:
    home.openclaw({"defaultFsp": 1, "videoModels": {"t3v": "x"}, "zzz": 1, "defaultPhotoboothMode": "x"})
    assert said(home.settings()) == [
        f"{PLACE}.defaultFsp ({FILE}) is not a known setting. Did you mean defaultFps?",
        f"{PLACE}.videoModels.t3v ({FILE}) is not a known setting. Did you mean videoModels.t2v?",
        f"{PLACE}.zzz ({FILE}) is not a known setting.",
        f"{PLACE}.defaultPhotoboothMode ({FILE}) is not a known setting. Did you mean defaultPhotoboothModel?",
    ]


def test_keys_of_plugins_that_are_not_installed_are_notes(home: Home) -> None:
    home.openclaw({"defaultPhotoboothModel": "x", "booths": {"a": 1, "b": 2}})
    settings = home.settings()
    settings.require_valid()
    assert [(str(one), one.severity) for one in settings.check()] == [
        (f"{PLACE}.{key} ({FILE}) comes with the plugin sogni-photobooth, which is not installed.", "note")
        for key in ("defaultPhotoboothModel", "booths")
    ]


def test_of_very_many_unknown_keys_some_are_named_and_the_rest_is_counted(home: Home) -> None:
    home.openclaw({f"key{number}" * 3: number for number in range(20_000)})
    found = said(home.settings())
    assert len(found) == 21
    assert found[-1] == f"19980 more keys ({FILE}) are unknown."


def test_tables_with_keys_of_the_users_choice(home: Home) -> None:
    home.openclaw({"modelDefaults": {"wan_v2.2": {"steps": 4, "step": 5}, "flux": 3, "lcm": {"guidance": -1}}})
    settings = home.settings()
    value = settings.value('model_defaults."wan_v2.2".steps')
    assert (value.value, value.origin) == (4, f'{FILE} modelDefaults."wan_v2.2".steps')
    assert set(said(settings)) == {
        f'{PLACE}.modelDefaults."wan_v2.2".step ({FILE}) is not a known setting. '
        'Did you mean modelDefaults."wan_v2.2".steps?',
        f"{PLACE}.modelDefaults.flux ({FILE}) is not valid: should be a table.",
        f"{PLACE}.modelDefaults.lcm.guidance ({FILE}) is not valid: should be greater than or equal to 0.",
    }
    home.openclaw({"modelDefaults": []})
    assert said(home.settings()) == [f"{PLACE}.modelDefaults ({FILE}) is not valid: should be a table."]


def test_one_key_may_feed_several_settings_and_rules_between_them_hold(home: Home) -> None:
    home.openclaw({"range": 7})
    section = home.settings().section("video")
    assert (section.low, section.high) == (7, 7)
    home.openclaw({"low": 11})
    assert said(home.settings()) == [f"{PLACE}.low ({FILE}) is not valid: low must not be above high."]


def test_a_name_of_nothing_is_refused_there_and_no_answer_below_it(home: Home) -> None:
    home.config('network = "relaxed"\n')
    home.openclaw({"defaultNetwork": "devnet"})
    assert home.settings().require("network").value == "devnet"
    home.openclaw({"defaultNetwork": "fsat"})
    settings = home.settings()
    assert said(settings) == [f"{PLACE}.defaultNetwork ({FILE}) is not valid: should be 'fast', 'relaxed' or 'devnet'."]
    with pytest.raises(ConfigError, match=r"network \(~/.openclaw/openclaw.json defaultNetwork\) is not valid"):
        settings.require("network")
    assert home.settings(SOGNI_NETWORK="fast").require("network").value == "fast"


def test_secrets_do_not_come_from_there(home: Home) -> None:
    home.openclaw({"token": "hunter2"})
    settings = home.settings()
    assert settings.section("video").token is None
    assert said(settings) == [f"{PLACE}.token ({FILE}) is not valid: secrets do not belong there."]
    assert "hunter2" not in str([value.shown for value in settings.explain("video.token")])


def test_a_field_that_a_plugin_only_believes_to_have(home: Home) -> None:
    home.openclaw({"gone": 1})
    assert said(home.settings()) == [f"{PLACE}.gone ({FILE}) is not a known setting."]


def test_the_last_of_two_keys_counts_as_in_javascript(home: Home) -> None:
    home.openclaw('{"plugins": {"entries": {"sogni-gen": {"config": {"defaultFps": 99, "defaultFps": 24}}}}}')
    assert home.settings().section("video").fps == 24


@pytest.mark.parametrize("name", ["\\u001b[31m", "\\u202egpj", "\\ud800", "\\u0000", "a\\nError: b", "é", "x" * 5000])
def test_names_of_others_can_be_seen_and_repaint_nothing(home: Home, name: str) -> None:
    models = f'{{"{name}": {{"steps": "{name}", "{name}": 1}}, "ok": {{"steps": 3}}}}'
    settings = home.settings(OPENCLAW_PLUGIN_CONFIG=f'{{"{name}": 1, "modelDefaults": {models}}}')
    shown = json.dumps([said(settings), [one.origin for one in settings.all()]], ensure_ascii=False)
    shown.encode()
    assert not any(char in shown for char in "\x1b\u202e\0\n")
    assert settings.core.model_defaults["ok"].steps == 3


def test_plain_json_needs_no_other_parser(home: Home) -> None:
    home.openclaw({"defaultFps": 24})
    code = (
        "import os, sys\n"
        "from sogni_core.settings import Paths\n"
        "from sogni_core.settings.host_file import read_host_config\n"
        "print(len(read_host_config(Paths.of(os.environ), os.environ).config), 'pyjson5' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | home.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1 False"
