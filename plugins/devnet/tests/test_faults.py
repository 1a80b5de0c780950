"""The registry of faults: names, options, counting; and that the README lists them."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from pydantic import ValidationError
from sogni_devnet.faults import FAULTS, MOMENTS, Faults, parse
from sogni_devnet.settings import DevnetSettings
from sogni_devnet.tables import filled
from sogni_devnet.tolerances import SWITCHES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_fault_is_described(fault):
    assert FAULTS[fault.name] is fault
    assert fault.moment in MOMENTS
    assert fault.summary[0].isupper() or fault.summary[0] == "`"
    assert fault.summary.endswith(".")
    assert fault.times is None or fault.times > 0
    assert not {"times", "after"} & set(fault.options)
    for option in fault.options:
        assert option.isidentifier()


def test_unknown_names_and_options_are_told():
    faults = Faults(FAULTS)
    with pytest.raises(ValueError, match="did you mean 'withheld'"):
        faults.add("witheld")
    with pytest.raises(ValueError, match="has no option colour; it has admitted, after, code, times"):
        faults.add("drop_after_request", colour="red")
    with pytest.raises(ValueError, match="unknown fault"):
        faults.add("")
    assert list(faults) == []


def test_times_and_after():
    faults = Faults(FAULTS)
    armed = faults.add("withheld", times=2, after=1)
    taken = [bool(faults.take_all("project")) for _ in range(5)]
    assert taken == [False, True, True, False, False]
    assert armed.struck == 2
    faults.add("labelled", times=None)
    assert all(faults.take_all("project") for _ in range(20))
    faults.clear()
    assert not faults.take_all("project")


def test_a_fault_strikes_where_its_pattern_fits():
    faults = Faults(FAULTS)
    faults.add("http_503", path="/v1/account/*", method="POST")
    assert faults.take("http", path="/v1/account/me", method="GET") is None
    assert faults.take("http", path="/v1/projects/x", method="POST") is None
    assert faults.take("upload", path="/v1/account/login", method="POST") is None
    assert faults.take("http", path="/v1/account/login", method="POST") is not None
    assert fnmatchcase("/v1/image/uploadUrl", FAULTS["upload_url_refused"].options["path"])


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("withheld", "withheld", {}), ("http_503 times=3 path=/v1/*", "http_503", {"times": 3, "path": "/v1/*"}),
        ("http_slow seconds=0.5 times=all", "http_slow", {"seconds": 0.5, "times": None}),
        ("drop_queued code=4010 forgets=true", "drop_queued", {"code": 4010, "forgets": True}),
    ],
)  # fmt: skip
def test_spelling(text, name, options):
    assert parse(text) == (name, options)
    Faults(FAULTS).add(name, **options)


@pytest.mark.parametrize(
    "settings",
    [{"faults": ["witheld"]}, {"faults": ["http_503 colour=red"]}, {"faults": ["http_503 often"]}, {"faults": [""]},
     {"tolerated": ["lower_case_id"]}],
)  # fmt: skip
def test_settings_that_are_wrong(settings):
    with pytest.raises(ValidationError):
        DevnetSettings(**settings)


async def test_faults_by_setting(start_devnet, artist_of):
    artist = artist_of(start_devnet(faults=["http_429 times=2 retry_after=7", "withheld"]))
    statuses = [(await artist.get("/v1/account/me")).status_code for _ in range(3)]
    assert statuses == [429, 429, 200]
    assert [armed.fault.name for armed in artist.devnet.faults] == ["http_429", "withheld"]
    assert [entry.note for entry in artist.devnet.requests] == ["fault: http_429", "fault: http_429", None]


def test_the_readme_lists_them():
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert filled(text) == text, "run: python -m sogni_devnet.tables README.md"
    for name in (*FAULTS, *SWITCHES):
        assert f"| `{name}` |" in text
    assert [message for message in text.splitlines() if "\x1b" in message or "\x00" in message] == []
