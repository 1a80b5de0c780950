"""Fixtures for authors of plugins.

pytest loads this module in every run of everybody who has sogni-core installed, so it imports nothing of the
application before a fixture is used.

``sogni_network`` is a Supernet in memory: only the transport is replaced, and no test waits::

    def test_postcard(sogni_cli, sogni_network, tmp_path):
        called = sogni_cli("postcard", "Lisbon", "-o", tmp_path / "card.png", "--json", network=sogni_network)
        assert called.exit_code == 0
        assert sogni_network.projects[0].prompt == "vintage postcard of Lisbon"

A program in a separate process (``sogni_process``) needs a server: the fixture ``devnet`` of sogni-devnet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from sogni_core.app import App
    from sogni_core.settings.paths import Paths
    from sogni_core.testing.command_line import Called
    from sogni_core.testing.memory.network import MemoryNetwork
    from sogni_core.testing.process import Process


class AppFactory(Protocol):
    """The fixture ``sogni_app``."""

    def __call__(
        self,
        *,
        plugins: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        network: str | MemoryNetwork | None = None,
    ) -> App:
        """Make an App; see :func:`sogni_app`."""
        ...


class Program(Protocol):
    """The fixtures ``sogni_cli`` and ``sogni_gen``."""

    def __call__(
        self,
        *argv: str | os.PathLike[str],
        plugins: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        network: MemoryNetwork | None = None,
        stdin: str = "",
    ) -> Called:
        """Call the program; see :func:`sogni_cli`."""
        ...


class ProcessFactory(Protocol):
    """The fixture ``sogni_process``."""

    def __call__(
        self,
        *argv: str | os.PathLike[str],
        plugins: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        stdin: str = "",
        program: str = "sogni",
    ) -> Process:
        """Start a program; see :func:`sogni_process`."""
        ...


@pytest.fixture
def sogni_plugins(request: pytest.FixtureRequest) -> Collection[str] | None:
    """Return the names of the plugins to load where a test names none; None for all that are installed.

    In the project of a plugin: the plugins that its ``pyproject.toml`` registers, and the devnet. So a test does not
    depend on what else is installed. In any other project: all. If a plugin needs others, override the fixture in
    ``conftest.py``, and name them.
    """
    from sogni_core.testing.project import plugins_of

    registered = plugins_of(request.path, request.config.rootpath)
    return [*registered, "devnet"] if registered else None


@pytest.fixture
def sogni_home(tmp_path_factory: pytest.TempPathFactory, sogni_plugins: Collection[str] | None) -> Iterator[Paths]:
    """Give the process an empty home folder, and no ``SOGNI_*`` or ``OPENCLAW_*`` variable; return its paths.

    ``sogni_home.config_file`` is where ``config.toml`` belongs, ``sogni_home.credentials`` the credentials. The
    variable ``SOGNI_PLUGINS`` is set to ``sogni_plugins``.
    """
    from sogni_core.settings.paths import Paths
    from sogni_core.testing.isolation import environment, isolated_environ

    with environment({**isolated_environ(tmp_path_factory.mktemp("sogni-home")), **_chosen(sogni_plugins)}):
        yield Paths.of(os.environ)


@pytest.fixture
def sogni_app(sogni_home: Paths) -> AppFactory:
    """Return a function that makes an App to use as ``async with``.

    ``plugins``: names of the plugins to load besides the core's own, those of ``sogni_plugins`` by default.
    ``environ``: variables to add, such as ``devnet.environ``. ``network``: the name of a network or a network in
    memory, for every run that names none.
    """
    from sogni_core.app import App

    def make(
        *,
        plugins: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        network: str | MemoryNetwork | None = None,
    ) -> App:
        variables = {**os.environ, **_chosen(plugins), **(environ or {})}
        if network is None or isinstance(network, str):
            return App(network=network, environ=variables)
        return App(network=network.endpoint, environ={**network.environ, **variables})

    return make


@pytest.fixture
def sogni_cli(sogni_home: Paths) -> Program:
    """Return a function that runs ``sogni`` in this process: ``sogni_cli("image", "a cat", "--json")``.

    It returns exit code, standard output and error, and ``.json``. ``plugins``, ``environ`` and ``network`` are as in
    ``sogni_app``. Not for tests that are coroutines: the program opens another event loop.
    """
    from sogni_core.testing.command_line import PROGRAM

    return _program(PROGRAM)


@pytest.fixture
def sogni_gen(sogni_home: Paths) -> Program:
    """Return a function that runs the flat command line ``sogni-gen`` in this process; as ``sogni_cli``."""
    from sogni_core.testing.command_line import FLAT_PROGRAM

    return _program(FLAT_PROGRAM)


@pytest.fixture
def sogni_request(sogni_home: Paths) -> Callable[..., Any]:
    """Return :func:`sogni_core.testing.resolve` for an empty home: ``sogni_request("postcard", place="Lisbon")``.

    It returns the request of a mode as its rules and its workflow receive it. In such a test ``facts_for`` and
    ``plan_of`` of :mod:`sogni_core.testing` use the same empty home.
    """
    from sogni_core.testing.resolution import resolve

    return resolve


@pytest.fixture
def sogni_process(sogni_home: Paths) -> Iterator[ProcessFactory]:
    """Return a function that starts an installed program in a separate process: ``sogni_process("image", "a cat")``.

    It returns a :class:`sogni_core.testing.Process`: ``exit_code``, ``stdout``, ``stderr`` and ``json`` wait for its
    end; ``wait_for``, ``wait_until``, ``send`` and ``kill`` act on it while it runs. ``plugins`` and ``environ`` are as
    in ``sogni_app``; a network in memory cannot be reached from another process, use ``devnet.environ``. All processes
    of a test share its home and run in the current folder. Processes that still run after the test are killed.
    """
    from sogni_core.testing.process import Process, installed

    with ExitStack() as stack:

        def start(
            *argv: str | os.PathLike[str],
            plugins: Collection[str] | None = None,
            environ: Mapping[str, str] | None = None,
            stdin: str = "",
            program: str = "sogni",
        ) -> Process:
            line = [installed(program), *[os.fspath(argument) for argument in argv]]
            process = Process(line, environ={**os.environ, **_chosen(plugins), **(environ or {})}, stdin=stdin)
            stack.callback(process.close)
            return process

        yield start


def _program(name: str) -> Program:
    from sogni_core.testing.command_line import call
    from sogni_core.testing.isolation import environment

    def run(
        *argv: str | os.PathLike[str],
        plugins: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        network: MemoryNetwork | None = None,
        stdin: str = "",
    ) -> Called:
        own = network.environ if network is not None else {}
        with environment({**own, **os.environ, **_chosen(plugins), **(environ or {})}):
            return call([os.fspath(argument) for argument in argv], stdin=stdin, program=name, network=network)

    return run


@pytest.fixture
def sogni_network() -> MemoryNetwork:
    """Create a network in memory; pass it as ``network`` to ``sogni_app`` or ``sogni_cli``.

    See :class:`sogni_core.testing.MemoryNetwork`. Its time passes at once: nothing waits.
    """
    from sogni_core.testing.memory.network import MemoryNetwork

    return MemoryNetwork()


@pytest.fixture
def sogni_site(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Return a function that installs a small distribution for the length of a test.

    Arguments are those of :func:`sogni_core.testing.write_distribution` after its first. Its plugins are loaded besides
    those of ``sogni_plugins``. What is imported from it is forgotten after the test.
    """
    from sogni_core.testing.distribution import on_path, write_distribution

    site = tmp_path / "site"
    site.mkdir()

    def install(name: str, *, plugins: Mapping[str, str], **options: Any) -> Path:
        usual = os.environ.get("SOGNI_PLUGINS")
        if usual is not None:
            os.environ["SOGNI_PLUGINS"] = ",".join([usual, *plugins])
        return write_distribution(site, name, plugins=plugins, **options)

    with on_path(site):
        yield install


def _chosen(plugins: Collection[str] | None) -> dict[str, str]:
    return {} if plugins is None else {"SOGNI_PLUGINS": ",".join(plugins)}
