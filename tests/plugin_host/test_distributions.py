"""Which entry points are found, with importlib.metadata as the oracle."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._host import discovery
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._startup import distributions
from sogni_core._startup.distributions import Folder, entry_points

GROUP = "sogni.plugins"


def write(site: Path, folder: str, points: str | bytes, metadata: str = "Name: x\nVersion: 1\n") -> Path:
    info = site / folder
    info.mkdir(parents=True)
    (info / "METADATA").write_text(metadata, "utf-8")
    (info / "entry_points.txt").write_bytes(points if isinstance(points, bytes) else points.encode())
    return info


def named(points: Iterable[distributions.EntryPoint]) -> list[tuple[str, str]]:
    return sorted((point.name, point.value) for point in points)


def ours(monkeypatch: pytest.MonkeyPatch, *path: Path) -> list[tuple[str, str]]:
    """Ask for both answers; return the one they share."""
    monkeypatch.setattr(sys, "path", [str(place) for place in path])
    found = named(entry_points(GROUP))
    assert found == named(metadata.entry_points(group=GROUP))
    return found


def test_of_this_environment() -> None:
    assert named(entry_points(GROUP)) == named(metadata.entry_points(group=GROUP))
    assert {"devnet", "video"} <= {name for name, _ in named(entry_points(GROUP))}
    assert all(isinstance(point.dist, Folder) for point in entry_points(GROUP))


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ("[sogni.plugins]\na = a.plugin\n", [("a", "a.plugin")]),
        ("[sogni.plugins]\r\na=a.plugin\r\n[console_scripts]\r\nb = b:main\r\n", [("a", "a.plugin")]),
        ("[x]\nb = b\n\n[sogni.plugins]\n# a comment\n\n  a  =  a.p  \nc = c = d\n", [("a", "a.p"), ("c", "c = d")]),
        ("[sogni.plugins]\na = a\n[x]\nb = b\n[sogni.plugins]\nc = c\n", [("a", "a"), ("c", "c")]),
        ("[sogni.plugin]\na = a\n", []),
        ("# [sogni.plugins]\na = a\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_file_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, points: str, found: object) -> None:
    write(tmp_path, "x-1.dist-info", points)
    assert ours(monkeypatch, tmp_path) == found


@given(points=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_.-]{0,9}", fullmatch=True), st.sampled_from(["a.b", "c"])),
       noise=st.lists(st.sampled_from(["", "# x", "[other]\nz = z\n[sogni.plugins]"]), max_size=3))  # fmt: skip
def test_any_file(tmp_path_factory: pytest.TempPathFactory, points: dict[str, str], noise: list[str]) -> None:
    site = tmp_path_factory.mktemp("site")
    lines = ["[sogni.plugins]", *noise, *(f"{name} = {value}" for name, value in points.items())]
    write(site, "x-1.dist-info", "\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        assert ours(patch, site) == sorted(points.items())


def test_the_first_of_a_name_counts_whatever_it_offers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in "123")
    write(one, "Sogni_Video-2.dist-info", "[console_scripts]\nx = x:main\n")
    write(one, "sogni_other-1.dist-info", "[sogni.plugins]\nother = first\n")
    write(two, "sogni.video-1.dist-info", "[sogni.plugins]\nvideo = hidden\n")
    write(two, "sogni_other.egg-info", "[sogni.plugins]\nother = hidden\n")
    write(three, "sogni_third.EGG-INFO", "[sogni.plugins]\nthird = third\n")
    assert ours(monkeypatch, one, two, three, tmp_path / "missing") == [("other", "first"), ("third", "third")]


def test_this_folder_may_be_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, "x-1.dist-info", "[sogni.plugins]\na = a\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [""])
    assert named(entry_points(GROUP)) == [("a", "a")]


def test_no_file_of_a_stranger_breaks_the_search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """importlib.metadata raises for the first two, and then no command would work."""
    write(tmp_path, "binary-1.dist-info", b"[sogni.plugins]\nb = b\xff.plugin\n")
    write(tmp_path, "bare-1.dist-info", "[sogni.plugins]\njust words\n")
    (write(tmp_path, "folder-1.dist-info", "") / "entry_points.txt").unlink()
    (tmp_path / "folder-1.dist-info" / "entry_points.txt").mkdir()
    (tmp_path / "file.egg-info").write_text("Name: file\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert named(entry_points(GROUP)) == [("b", "b�.plugin"), ("just words", "")]


def test_no_place_of_the_module_path_breaks_the_search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, "x-1.dist-info", "[sogni.plugins]\na = a\n")
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0)
    strange = [str(closed / "inside"), "x" * 5000, "nul\0", str(tmp_path / "missing.zip"), tmp_path]
    monkeypatch.setattr(sys, "path", strange)
    try:
        assert named(entry_points(GROUP)) == named(discovery.installed()) == [("a", "a")]
    finally:
        closed.chmod(0o700)


def test_of_an_archive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("x-1.dist-info/METADATA", "Name: x\nVersion: 1\n")
        packed.writestr("x-1.dist-info/entry_points.txt", "[sogni.plugins]\na = a\n")
    assert ours(monkeypatch, tmp_path / "packed.zip") == [("a", "a")]


def test_of_an_egg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path / "x-1.egg", "EGG-INFO", "[sogni.plugins]\na = a\n")
    assert ours(monkeypatch, tmp_path / "x-1.egg") == [("a", "a")]


def test_of_somebody_s_finder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Elsewhere(metadata.DistributionFinder):
        def find_distributions(self, context: object = None) -> Iterable[metadata.Distribution]:
            return [metadata.PathDistribution(write(tmp_path, "x-1.dist-info", "[sogni.plugins]\na = a\n"))]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Elsewhere()])
    monkeypatch.setattr(sys, "path", [])
    assert named(entry_points(GROUP)) == [("a", "a")]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Metadata-Version: 2.1\nName: x\nVersion: 1.2.dev3+local\n\nVersion: 9\n", "1.2.dev3+local"),
        ("name: x\nversion:2\n", "2"),
        ("Name: x\n", "of unknown version"),
        ("", "of unknown version"),
    ],
)
def test_version(tmp_path: Path, text: str, version: str) -> None:
    plugin = PluginInfo("a", "a", "x", dist=Folder(write(tmp_path, "x-1.dist-info", "", text)))
    assert plugin.version == version
