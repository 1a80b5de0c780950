"""Which installer an environment has, and the commands that it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sogni_core._builtin.plugins.installer import Environment, Pip, Pipx, UvPip, UvTool, installer_of, shell_line
from sogni_core._builtin.plugins.requirement import distribution_of, requirement_of
from sogni_core._builtin.plugins.uv_receipt import Receipt
from sogni_core.errors import InputError, PluginError

RECEIPT = """
[tool]
requirements = [
    { name = "sogni-core", extras = ["devnet", "video"], specifier = ">=0.1" },
    { name = "sogni-postcard", specifier = "==0.2" },
    { name = "sogni-kite", editable = "/srv/sogni-kite" },
    { name = "sogni-wheel", path = "/tmp/sogni_wheel-1.0-py3-none-any.whl" },
    { name = "sogni-folder", directory = "/srv/sogni folder" },
    { name = "sogni-remote", url = "https://example.org/sogni_remote-1.0.tar.gz" },
    { name = "sogni-late", marker = "python_full_version >= '3.12'" },
]
python = "3.12"
"""

WHOLE = ["sogni-core[devnet,video]>=0.1", "--with", "sogni-postcard==0.2", "--with-editable", "/srv/sogni-kite",
         "--with", "sogni-wheel @ file:///tmp/sogni_wheel-1.0-py3-none-any.whl",
         "--with", "sogni-folder @ file:///srv/sogni%20folder",
         "--with", "sogni-remote @ https://example.org/sogni_remote-1.0.tar.gz",
         "--with", "sogni-late ; python_full_version >= '3.12'"]  # fmt: skip

HEAD = ["/bin/uv", "tool", "install", "--python", "3.12"]

Make = Callable[..., Environment]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A virtual environment with pip, on a machine that has uv and pipx."""
    return Environment("/env/bin/python", tmp_path, True, True, False, lambda name: f"/bin/{name}")


def test_pip(environment: Environment) -> None:
    installer = installer_of(environment)
    assert installer == Pip("/env/bin/python")
    assert installer.add(["sogni-video", "x==1"]) == [
        "/env/bin/python", "-m", "pip", "install", "sogni-video", "x==1"]  # fmt: skip
    assert installer.remove(["sogni-video"]) == [
        "/env/bin/python", "-m", "pip", "uninstall", "--yes", "sogni-video"]  # fmt: skip


def test_uv_pip_where_there_is_no_pip(environment: Environment) -> None:
    installer = installer_of(replace(environment, has_pip=False))
    assert installer == UvPip("/bin/uv", "/env/bin/python")
    assert installer.add(["x"]) == ["/bin/uv", "pip", "install", "--python", "/env/bin/python", "x"]
    assert installer.remove(["x"]) == ["/bin/uv", "pip", "uninstall", "--python", "/env/bin/python", "x"]


def test_pipx(environment: Environment) -> None:
    (environment.prefix / "pipx_metadata.json").write_text("{}", "utf-8")
    installer = installer_of(environment)
    assert installer == Pipx("/bin/pipx", environment.prefix.name)
    assert installer.add(["x"]) == ["/bin/pipx", "inject", environment.prefix.name, "x"]
    assert installer.remove(["x"]) == ["/bin/pipx", "uninject", "--leave-deps", environment.prefix.name, "x"]


@pytest.fixture
def tool(environment: Environment) -> UvTool:
    (environment.prefix / "uv-receipt.toml").write_text(RECEIPT, "utf-8")
    found = installer_of(environment)
    assert isinstance(found, UvTool)
    return found


def test_uv_tool_is_given_all_that_belongs_to_the_tool(tool: UvTool) -> None:
    assert tool.add(["sogni-new", "sogni-more>1"]) == [
        *HEAD, *WHOLE, "--with", "sogni-new", "--with", "sogni-more>1"]  # fmt: skip


@pytest.mark.parametrize("name", ["sogni-postcard", "Sogni_Postcard", "sogni-postcard==0.3", "sogni.postcard[x]>1"])
def test_uv_tool_replaces_what_it_has(name: str, tool: UvTool) -> None:
    without = [*WHOLE[:1], *WHOLE[3:]]
    assert tool.add([name]) == [*HEAD, *without, "--with", name]


def test_uv_tool_removes_what_is_in_its_list(tool: UvTool) -> None:
    assert tool.remove(["sogni-postcard"]) == [*HEAD, *WHOLE[:1], *WHOLE[3:]]
    assert tool.remove(["sogni-kite", "sogni-postcard"]) == [*HEAD, *WHOLE[:1], *WHOLE[5:]]


def test_uv_tool_removes_an_extra_of_the_core(tool: UvTool) -> None:
    assert tool.remove(["sogni-video"]) == [*HEAD, "sogni-core[devnet]>=0.1", *WHOLE[1:]]
    assert tool.remove(["sogni-video", "sogni-devnet"]) == [*HEAD, "sogni-core>=0.1", *WHOLE[1:]]


@pytest.mark.parametrize("name", ["sogni-photobooth", "sogni-core"])
def test_uv_tool_cannot_remove_what_something_else_requires(name: str, tool: UvTool) -> None:
    with pytest.raises(InputError, match=f"{name} was not installed by itself"):
        tool.remove([name])


def test_the_core_may_be_editable(environment: Environment) -> None:
    text = '[tool]\nrequirements = [{ name = "sogni-core", editable = "/src" }, { name = "x" }]\n'
    (environment.prefix / "uv-receipt.toml").write_text(text, "utf-8")
    assert installer_of(environment).add(["y"]) == [
        "/bin/uv", "tool", "install", "--editable", "/src", "--with", "x", "--with", "y"]  # fmt: skip


@pytest.mark.parametrize(
    ("python", "repeated"),
    [("/usr/bin/python3.12", True), (".venv/bin/python", False), ("cpython@3.12", True), ("..\\py.exe", False)],
)
def test_an_interpreter_is_repeated_unless_it_depends_on_the_folder(
    python: str, repeated: bool, tmp_path: Path
) -> None:
    file = tmp_path / "uv-receipt.toml"
    file.write_text(f"[tool]\nrequirements = [{{ name = 'sogni-core' }}]\npython = '{python}'\n", "utf-8")
    assert (["--python", python] == Receipt.read(file).install([])[2:4]) == repeated


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tool"),
        ("not toml", "Expected"),
        ("[tool]\nrequirements = 7\n", "not iterable"),
        ("[tool]\nrequirements = [{ name = 'x' }]\n", "sogni-core is not in it"),
        ("[tool]\nrequirements = [{ name = 'sogni-core', git = 'https://x' }]\n", "sogni-core has git"),
    ],
)
def test_a_receipt_that_could_not_be_repeated_is_never_guessed(text: str, said: str, environment: Environment) -> None:
    (environment.prefix / "uv-receipt.toml").write_text(text, "utf-8")
    with pytest.raises(PluginError, match="Cannot read what uv noted") as caught:
        installer_of(environment)
    assert said in caught.value.message
    assert (caught.value.code, caught.value.exit_code) == ("INSTALL_FAILED", 9)
    assert "uv tool install sogni-core --with PLUGIN" in str(caught.value.hint)


def test_a_maker_that_is_not_on_the_path(environment: Environment) -> None:
    (environment.prefix / "pipx_metadata.json").write_text("{}", "utf-8")
    with pytest.raises(PluginError, match="was made by pipx, but pipx was not found"):
        installer_of(replace(environment, which=lambda name: None))


def test_the_system_s_python_is_left_alone(environment: Environment) -> None:
    system = replace(environment, is_managed=True, is_virtual=False)
    with pytest.raises(PluginError, match="is managed by the operating system"):
        installer_of(system)
    assert installer_of(replace(system, is_virtual=True)).name == "pip"


def test_no_installer_at_all(environment: Environment) -> None:
    with pytest.raises(PluginError, match="has no pip, and uv was not found") as caught:
        installer_of(replace(environment, has_pip=False, which=lambda name: None))
    assert caught.value.hint == "Install pip with: /env/bin/python -m ensurepip"


@pytest.mark.parametrize(
    ("name", "requirement"),
    [("video", "sogni-video"), ("devnet", "sogni-devnet"), ("gen", "sogni-gen"), ("all", "all"),
     ("postcard", "postcard"), (" sogni-x ", "sogni-x"),
     ("sogni-x==1.2", "sogni-x==1.2"), ("./dist/x.whl", "./dist/x.whl"), ("x @ https://y/z", "x @ https://y/z")],
)  # fmt: skip
def test_what_a_name_means(name: str, requirement: str) -> None:
    assert requirement_of(name) == requirement


@pytest.mark.parametrize("name", ["", "  ", "-r", "--pre", "x\ny"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a plugin"):
        requirement_of(name)


@pytest.mark.parametrize(
    ("requirement", "distribution"),
    [("Sogni_Video", "sogni-video"), ("sogni-video[a]>=1,<2; x", "sogni-video"),
     ("sogni.video @ file:///x", "sogni-video"),
     ("dist/sogni_video-0.1.0-py3-none-any.whl", "sogni-video"), ("C:\\x\\sogni_video-1-py3.whl", "sogni-video")],
)  # fmt: skip
def test_the_distribution_of_a_requirement(requirement: str, distribution: str) -> None:
    assert distribution_of(requirement) == distribution


def test_a_command_is_shown_as_it_would_be_typed() -> None:
    assert shell_line(["/a b/uv", "install", "x>=1"]) == "'/a b/uv' install 'x>=1'"


def test_the_environment_of_this_process() -> None:
    import sys

    found = Environment.current()
    assert (found.python, found.prefix) == (sys.executable, Path(sys.prefix))
    assert found.is_virtual == (sys.prefix != sys.base_prefix)
