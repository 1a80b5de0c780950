from __future__ import annotations

import os

import pytest
from pydantic import BaseModel

from sogni_core.errors import ConfigError, PluginError
from sogni_core.settings.core import CoreSettings, ModelDefaults

from .conftest import Home, Video

FILE = "~/.config/sogni/config.toml"


def test_built_in_values(home: Home) -> None:
    settings = home.settings()
    assert settings.core == CoreSettings()
    assert settings.core.safety_filter is True
    value = settings.value("video.fps")
    assert (value.key, value.value, value.origin, value.secret) == ("video.fps", 16, "built-in", False)
    assert settings.problems == ()


def test_order_of_layers(home: Home) -> None:
    home.config('count = 2\n[video]\nfps = 20\nname = "film"\n')
    settings = home.settings(SOGNI_VIDEO__FPS="24", SOGNI_COUNT="3")
    fps, name, count = (settings.value(key) for key in ("video.fps", "video.name", "count"))
    assert (fps.value, fps.origin) == (24, "environment SOGNI_VIDEO__FPS")
    assert (name.value, name.origin) == ("film", FILE)
    assert (count.value, count.origin) == (3, "environment SOGNI_COUNT")
    assert settings.section("video").fps == 24
    assert settings.builtin("video.fps") == 16


def test_the_section_is_an_instance_of_its_model_found_by_name_or_model(home: Home) -> None:
    settings = home.settings()
    model = home.sections["video"]()
    assert isinstance(settings.section("video"), model)
    assert settings.of(model) is settings.section("video")
    assert settings.of(CoreSettings) is settings.core
    with pytest.raises(ConfigError):
        settings.of(BaseModel)
    with pytest.raises(ConfigError) as raised:
        settings.section("vidoe")
    assert raised.value.hint == "Did you mean video?"


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "on"])
def test_words_for_true(home: Home, text: str) -> None:
    assert home.settings(SOGNI_VIDEO__LOOP=text).value("video.loop").value is True


@pytest.mark.parametrize("text", ["24", " 24 ", "+24", "24.0"])
def test_decimal_numbers(home: Home, text: str) -> None:
    assert home.settings(SOGNI_VIDEO__FPS=text).value("video.fps").value == 24


@pytest.mark.parametrize("text", ["0x10", "1_0", "ten", "1e400", "1e0001", "nan", "2.5", "61", "0", "１６", "true"])
def test_what_is_no_number_falls_to_the_next_layer_and_is_named(home: Home, text: str) -> None:
    home.config("[video]\nfps = 20\n")
    settings = home.settings(SOGNI_VIDEO__FPS=text)
    assert settings.value("video.fps").origin == FILE
    (problem,) = settings.problems
    assert (problem.key, problem.origin, problem.severity) == ("video.fps", "environment SOGNI_VIDEO__FPS", "error")
    assert "video.fps (environment SOGNI_VIDEO__FPS) is not valid: " in str(problem)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1_0.0", "0x1p3"])
def test_what_is_no_finite_decimal_number(home: Home, text: str) -> None:
    assert home.settings(SOGNI_VIDEO__RATIO=text).value("video.ratio").origin == "built-in"
    home.config(f"[video]\nratio = {text if text.strip('-') in {'nan', 'inf'} else 'true'}\n")
    assert home.settings().value("video.ratio").origin == "built-in"


def test_an_empty_variable_is_unset(home: Home) -> None:
    assert home.settings(SOGNI_VIDEO__FPS="").value("video.fps").origin == "built-in"


def test_choices_fold_case_where_the_model_does(home: Home) -> None:
    settings = home.settings(SOGNI_TOKEN_TYPE="SOGNI", SOGNI_SEED_STRATEGY="prompt_hash")
    assert (settings.core.token_type, settings.core.seed_strategy) == ("sogni", "prompt-hash")


def test_lists_and_tables_as_text(home: Home) -> None:
    settings = home.settings(
        SOGNI_VIDEO__TAGS="a, b,,c",
        SOGNI_VIDEO__MODELS__T2V="other",
        SOGNI_VIDEO__MODEL_DEFAULTS='{"wan_v2.2": {"steps": 8, "guidance": 1.5}}',
        SOGNI_MODEL_DEFAULTS='{"flux": {"steps": 2}}',
    )
    section = settings.section("video")
    assert section.tags == ("a", "b", "c")
    assert section.models.t2v == "other"
    assert section.model_defaults["wan_v2.2"].steps == 8
    assert settings.core.model_defaults == {"flux": ModelDefaults(steps=2)}
    assert settings.value('video.model_defaults."wan_v2.2".guidance').value == 1.5
    assert home.settings(SOGNI_VIDEO__TAGS='["a,b", "c"]').section("video").tags == ("a,b", "c")


@pytest.mark.parametrize("text", ["{", "[1]", "x", '{"a": 1}', "[" * 100_000])
def test_text_that_is_no_table(home: Home, text: str) -> None:
    settings = home.settings(SOGNI_VIDEO__MODEL_DEFAULTS=text)
    assert set(settings.section("video").model_defaults) == {"lcm"}
    assert [problem.severity for problem in settings.problems] == ["error"]


def test_tables_are_merged_key_by_key_across_layers_and_with_the_built_in_content(home: Home) -> None:
    home.config('[video.models]\nt2v = "file"\n[video.model_defaults.mine]\nsteps = 3\nguidance = 2\n')
    settings = home.settings(SOGNI_VIDEO__MODEL_DEFAULTS__MINE__STEPS="5")
    section = settings.section("video")
    assert (section.models.t2v, section.models.i2v) == ("file", "special-i2v")
    assert (section.model_defaults["mine"].steps, section.model_defaults["mine"].guidance) == (5, 2.0)
    assert section.model_defaults["lcm"].steps == 4
    origins = {value.key: value.origin for value in settings.all()}
    assert origins["video.models.t2v"] == FILE
    assert origins["video.models.i2v"] == "built-in"
    assert origins["video.model_defaults.mine.steps"] == "environment SOGNI_VIDEO__MODEL_DEFAULTS__MINE__STEPS"
    assert origins["video.model_defaults.mine.guidance"] == FILE
    assert settings.value("video.models").origin == FILE
    assert settings.value("video.model_defaults.nobody.steps").value is None


def test_every_value_is_listed_once_by_section(home: Home) -> None:
    values = home.settings().all()
    keys = [value.key for value in values]
    assert len(keys) == len(set(keys))
    assert keys[0] == "token_type"
    assert {"model_defaults", "video.fps", "video.tags", "video.models.t2v"} <= set(keys)
    assert "video.model_defaults.lcm.steps" in keys
    assert {type(value.shown) for value in values} <= {str, int, float, bool, list, dict, type(None)}


def test_explain_names_every_layer_that_spoke(home: Home) -> None:
    home.config("[video]\nfps = 20\n")
    spoken = home.settings(SOGNI_VIDEO__FPS="99").explain("video.fps")
    assert [(one.value, one.origin, one.used, bool(one.problem)) for one in spoken] == [
        ("99", "environment SOGNI_VIDEO__FPS", False, True),
        (20, FILE, True, False),
        (16, "built-in", False, False),
    ]
    assert [one.used for one in home.settings().explain("video.name")] == [True]


def test_unknown_keys_are_named_with_the_nearest(home: Home) -> None:
    home.config("cuont = 2\n[video]\nfsp = 20\n[video.model_defaults.x]\nstep = 1\n[other]\nx = 1\n")
    settings = home.settings(SOGNI_VIDEO__NAMES="x", SOGNI_APP_ID="x")
    found = {(problem.key, problem.nearest, problem.severity) for problem in settings.check()}
    assert found == {
        ("cuont", "count", "error"),
        ("video.fsp", "video.fps", "error"),
        ("video.model_defaults.x.step", "video.model_defaults.x.steps", "error"),
        ("video.names", "video.name", "error"),
        ("other", None, "note"),
        ("app_id", None, "note"),
    }
    assert settings.section("video").fps == 16


def test_unknown_keys_that_are_asked_for(home: Home) -> None:
    settings = home.settings()
    for key, hint in (
        ("video.fsp", "Did you mean video.fps?"),
        ("tokentype", "Did you mean token_type?"),
        ("vidoe.fps", "Did you mean video?"),
        ("video.fps.x", "Did you mean video.fps?"),
    ):
        with pytest.raises(ConfigError) as raised:
            settings.value(key)
        assert (raised.value.code, raised.value.hint) == ("INVALID_CONFIG", hint)
    for key in ("", "a b", "video", "zzz"):
        with pytest.raises(ConfigError):
            settings.explain(key)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"count = !", "line 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested"),
        (b"count = " + b"9" * 5000, "too many digits"),
        (b"#" * (1 << 20) + b"\n", "1 MiB"),
        (b"count = 1\ncount = 2\n", "overwrite"),
    ],
)
def test_an_unreadable_file_is_one_problem_and_built_in_values_hold(home: Home, content: bytes, reason: str) -> None:
    home.config("")
    home.paths.config_file.write_bytes(content)
    settings = home.settings()
    assert settings.core.count == 1
    (problem,) = settings.problems
    assert problem.severity == "error"
    assert f"Cannot read {FILE}" in problem.message
    assert reason in problem.message


def test_a_config_that_is_no_file(home: Home) -> None:
    home.paths.config_file.mkdir(parents=True)
    assert "not a regular file" in home.settings().problems[0].message
    if os.name == "posix":
        home.paths.config_file.rmdir()
        os.mkfifo(home.paths.config_file)
        assert "not a regular file" in home.settings().problems[0].message


def test_byte_order_mark_and_windows_line_ends(home: Home) -> None:
    home.config("")
    home.paths.config_file.write_bytes(b"\xef\xbb\xbfcount = 2\r\n[video]\r\nfps = 20\r\n")
    settings = home.settings()
    assert (settings.core.count, settings.section("video").fps) == (2, 20)
    assert settings.problems == ()


def test_wrong_types_in_the_file(home: Home) -> None:
    home.config('count = true\nvideo = 3\nsafety_filter = []\nmodel_defaults = "x"\ntoken_type = 2024-01-01\n')
    settings = home.settings()
    assert {problem.key for problem in settings.check()} == {
        "count",
        "video",
        "safety_filter",
        "model_defaults",
        "token_type",
    }
    assert settings.core == CoreSettings()


def test_a_rule_between_keys_names_them_and_the_rest_holds(home: Home) -> None:
    home.config("[video]\nlow = 5\nfps = 20\n")
    assert home.settings().section("video").low == 5
    settings = home.settings(SOGNI_VIDEO__HIGH="3")
    section = settings.section("video")
    assert section.low <= section.high
    assert any("low must not be above high" in problem.message for problem in settings.problems)


def test_secrets_are_masked_everywhere(home: Home) -> None:
    home.config('[video]\ntoken = "hunter2"\nhidden = "hunter2-too-long"\n')
    settings = home.settings(SOGNI_VIDEO__HIDDEN="abc")
    values = settings.all() + settings.explain("video.token") + settings.explain("video.hidden")
    assert settings.section("video").token.get_secret_value() == "hunter2"
    assert settings.value("video.hidden").value == "abc"
    shown = f"{[value.shown for value in values]} {values} {settings.problems}"
    assert "hunter2" not in shown
    assert "'abc'" not in shown
    assert "********" in shown


def test_all_problems_are_raised_together_for_config(home: Home) -> None:
    home.settings().require_valid()
    home.config("count = 0\n[video]\nfps = 99\n")
    with pytest.raises(ConfigError) as raised:
        home.settings().require_valid()
    assert raised.value.code == "INVALID_CONFIG"
    assert [problem["key"] for problem in raised.value.details["problems"]] == ["count", "video.fps"]


def test_a_plugin_that_cannot_give_its_model_costs_its_section_only(home: Home) -> None:
    def broken() -> type[BaseModel]:
        raise PluginError("PLUGIN_IMPORT", "Plugin broken cannot be imported.", plugin="broken 1.0")

    class Required(BaseModel):
        needed: int

    home.sections |= {"broken": broken, "required": lambda: Required}
    settings = home.settings()
    assert {value.key.partition(".")[0] for value in settings.all()} >= {"video", "count"}
    assert {problem.key for problem in settings.check()} == {"broken", "required"}
    assert settings.of(Video).fps == 16
    with pytest.raises(PluginError):
        settings.section("broken")
    with pytest.raises(PluginError):
        settings.section("required")


def test_sections_are_read_when_asked_for(home: Home) -> None:
    asked = []

    def model() -> type[BaseModel]:
        asked.append("late")
        return CoreSettings

    home.sections["late"] = model
    settings = home.settings()
    assert settings.core.count == 1
    assert settings.value("video.fps").value == 16
    assert not asked
    settings.section("late")
    settings.section("late")
    assert asked == ["late"]


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("REST_URL", "ftp://host"),
        ("REST_URL", "host"),
        ("REST_URL", "https://"),
        ("REST_URL", "https://user:hunter2@host"),
        ("REST_URL", "https://host?token=x"),
        ("REST_URL", "https://host:99999"),
        ("SOCKET_URL", "https://host"),
        ("SOCKET_URL", "wss://[::1"),
    ],
)
def test_endpoints_are_checked(home: Home, key: str, url: str) -> None:
    settings = home.settings(**{f"SOGNI_{key}": url})
    assert settings.core.rest_url == "https://api.sogni.ai"
    assert settings.core.socket_url == "wss://socket.sogni.ai"
    (problem,) = settings.problems
    assert "hunter2" not in str(problem)


def test_endpoints_lose_their_last_slash(home: Home) -> None:
    assert home.settings(SOGNI_REST_URL="http://127.0.0.1:8000/").core.rest_url == "http://127.0.0.1:8000"


def test_reserved_variables_are_no_settings(home: Home) -> None:
    reserved = ("USERNAME", "PASSWORD", "API_KEY", "DEBUG", "PLUGINS", "FFMPEG")
    assert home.settings(**{f"SOGNI_{name}": "x" for name in reserved}).check() == ()
