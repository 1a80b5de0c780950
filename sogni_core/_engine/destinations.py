"""Where the files of one execution go, so that none replaces a file that was there, unless that is wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sogni_core._journal.places import Held, KeptPlace, Places
from sogni_core.errors import ConfigError, InputError
from sogni_core.files import Place, absolute, free_names, is_taken, numbered, remove_parts
from sogni_core.frozen import frozen
from sogni_core.problem import Problem
from sogni_core.settings import ExistingFiles
from sogni_core.text import quote_path

Wish = tuple[Path, int]
"""A path that a workflow names for so many outputs."""


@frozen
class Saving:
    """How an execution saves its files."""

    existing: ExistingFiles = "refuse"
    """What to do if there is a file where an output goes."""
    save: bool = False
    """Whether outputs for which the workflow names no path are saved to a folder."""
    folder: Path | None = None
    """This folder; None for the usual one."""
    pattern: str = ""
    """Names of the files there."""
    one_file: bool = False
    """Whether a run is refused that does not save exactly one."""

    def as_json(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        folder = str(self.folder) if self.folder is not None else None
        return {"existingFiles": self.existing, "save": self.save, "folder": folder, "pattern": self.pattern}

    @classmethod
    def resumed(cls, kept: object) -> Saving:
        """Return how a run goes on: its own files are its own, and for anything else it takes a free name."""
        facts = kept if isinstance(kept, Mapping) else {}
        folder, pattern = facts.get("folder"), str(facts.get("pattern") or "")
        return cls(
            "overwrite" if facts.get("existingFiles") == "overwrite" else "unique",
            save=bool(facts.get("save")) and bool(pattern),
            folder=Path(folder) if isinstance(folder, str) else None,
            pattern=pattern,
        )


class Destinations:
    """The places of one execution's files, by what its workflow wants.

    ``places``: where they are held against other processes; None: they are not. ``looks``: nothing is held, and
    conflicts are gathered until :meth:`refuse`.
    """

    def __init__(self, saving: Saving, places: Places | None = None, *, looks: bool = False) -> None:
        self.saving = saving
        self.completed = False
        """Whether the run has ended with all that it should make."""
        self._places = places if saving.existing != "overwrite" else None
        self._holder = ""
        self._looks = looks
        self._run_id: str | None = None
        self._of: dict[str, list[Path]] = {}
        """Path and count to the paths that were chosen."""
        self._own: dict[Path, str] = {}
        """Files of this run, which it may replace, with their digests; empty for those written by this process."""
        self._existing: list[Path] = []
        self._held: list[Path] = []

    @property
    def tag(self) -> str:
        """What is in the names of unfinished files of the run."""
        return tag_of(self._run_id or "")

    def begin(self, run_id: str) -> None:
        """Give the places to a run that begins."""
        self._run_id = run_id
        if self._holder and self._places is not None:
            self._places.give(self._holder, run_id)

    def take_over(self, run_id: str, folders: Iterable[Path], saved: Mapping[Path, str]) -> None:
        """Go on with a run whose process ended: its places are its own, and what it left unfinished is removed.

        ``folders``: where else it may have left something. ``saved``: its files, with their digests; they count though
        the places of a run that ended are forgotten.
        """
        self._run_id = run_id
        kept = self._places.of_run(run_id) if self._places is not None else {}
        remove_leftovers(run_id, [*folders, *(place.path.parent for place in kept.values())])

        for path, sha256 in saved.items():
            self._of[str(path)], self._own[path] = [path], sha256

        def free(held: Held) -> Iterator[KeptPlace]:
            for place in kept.values():
                if not held(place.path):
                    self._of[place.wanted] = [place.path]
                    if place.sha256:
                        self._own[place.path] = place.sha256
                    yield place

        if kept:
            self._take(free)

    def reserve(self, wishes: Iterable[Wish]) -> None:
        """Choose and hold the places for all these; raises InputError OUTPUT_EXISTS or OUTPUT_IN_USE."""
        missing = [wish for wish in dict.fromkeys(wishes) if _wanted(*wish) not in self._of]
        if not missing:
            return

        def choose(held: Held) -> Iterator[KeptPlace]:
            for output, count in missing:
                paths = self._choose(output, count, held)
                self._of[_wanted(output, count)] = paths
                for wanted, path in zip(numbered(output, count), paths, strict=True):
                    yield KeptPlace(str(wanted), path)
            if not self._looks:
                self.refuse()

        try:
            self._take(choose)
        except BaseException:
            for wish in missing:
                self._of.pop(_wanted(*wish), None)
            raise

    def of(self, output: Path, count: int) -> list[Place]:
        """Return where the outputs of a step go, and hold these places. Raises InputError."""
        kept = [self._of.get(str(wanted), []) for wanted in numbered(output, count)]
        if _wanted(output, count) not in self._of and all(kept):
            self._of[_wanted(output, count)] = [paths[0] for paths in kept]
        self.reserve([(output, count)])
        return [self._place(path) for path in self._of[_wanted(output, count)]]

    def automatic(self, step: str, paths: Sequence[Path]) -> list[Place]:
        """Return where the outputs of a step go for which no path was named: there, or under numbered names."""
        names = [f"auto:{step}/{index}" for index in range(len(paths))]

        def choose(held: Held) -> Iterator[KeptPlace]:
            for name, path in zip(names, paths, strict=True):
                if name not in self._of:
                    chosen = {one for others in self._of.values() for one in others}
                    taken = partial(_is_any, (chosen.__contains__, held, is_taken))
                    self._of[name] = free_names(path, 1, taken)
                    yield KeptPlace(name, self._of[name][0])

        self._take(choose)
        return [Place(self._of[name][0], replace=self._is_own(self._of[name][0]), tag=self.tag) for name in names]

    def written(self, path: Path, sha256: str = "") -> None:
        """Note a file of this run; ``sha256`` of one that the journal does not have."""
        self._own[path] = ""
        if sha256 and self._places is not None and self._run_id is not None:
            with suppress(ConfigError):  # the file is there; only a second resume would save it again
                self._places.note(path, sha256)

    def release(self) -> None:
        """Let other processes have the places."""
        if self._holder and self._places is not None:
            holder, self._holder = self._holder, ""
            with suppress(ConfigError):
                self._places.release(holder, completed=self.completed)

    def require_one(self, wishes: Iterable[Wish]) -> None:
        """Raise InputError if there is to be one file, and these are more or none."""
        number = sum(count for _, count in dict.fromkeys(wishes))
        if self.saving.one_file and number != 1:
            text = "{output} - needs exactly one output; this call saves {number}."
            hint = "Use {output} FILE."
            raise InputError.of([Problem("output.one", ("output",), text, {"number": number}, hint=hint)])

    def refuse(self) -> None:
        """Raise InputError for all places that were found to be taken."""
        existing, held = self._existing, self._held
        self._existing, self._held = [], []
        if existing or held:
            raise InputError.of([*_existing(existing), *_in_use(held)])

    def _take(self, choose: Any) -> None:
        if self._places is None:
            list(choose(_free))
        elif self._looks:
            self._places.look(choose)
        else:
            self._holder = self._holder or self._places.new_holder()
            self._places.take(self._holder, choose, self._run_id)

    def _choose(self, output: Path, count: int, held: Held) -> list[Path]:
        chosen = {path for paths in self._of.values() for path in paths}
        if self.saving.existing == "unique":
            return free_names(output, count, lambda path: path in chosen or held(path) or is_taken(path))
        paths = numbered(output, count)
        if self.saving.existing == "refuse":
            for path in paths:
                # In this order: what is not held any more may be there by now.
                if held(path):
                    self._held.append(path)
                elif is_taken(path):
                    self._existing.append(path)
        return paths

    def _place(self, path: Path) -> Place:
        return Place(path, replace=self.saving.existing == "overwrite" or self._is_own(path), tag=self.tag)

    def _is_own(self, path: Path) -> bool:
        if path not in self._own:
            return False
        return not self._own[path] or not path.exists() or _sha256(path) == self._own[path]


def remove_leftovers(run_id: str, folders: Iterable[Path]) -> list[Path]:
    """Remove the unfinished files that dead processes of a run left in folders; return them.

    The folders are those of its steps' outputs, of its places (:meth:`Places.of_run`), and its own. Call it only for a
    run that no living process works on; afterwards :meth:`Places.forget` may forget a run that is deleted.
    """
    return [part for folder in dict.fromkeys(folders) for part in remove_parts(folder, tag_of(run_id))]


def tag_of(run_id: str) -> str:
    """Return what the names of unfinished files of a run have in them."""
    return run_id.replace("-", "")


def _wanted(output: Path, count: int) -> str:
    return str(output) if count == 1 else f"{output}*{count}"


def _is_any(tests: Iterable[Callable[[Path], bool]], path: Path) -> bool:
    return any(test(path) for test in tests)


def _free(path: Path) -> bool:
    return False


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _existing(paths: Sequence[Path]) -> Iterator[Problem]:
    if paths:
        text = "{path} already exists." if len(paths) == 1 else "{path} and {more} more files already exist."
        hint = "Use {overwrite} to replace it, {unique} for a numbered name, or another {output}."
        yield Problem("output.exists", _FIELDS, text, _facts(paths), code="OUTPUT_EXISTS", hint=hint)


def _in_use(paths: Sequence[Path]) -> Iterator[Problem]:
    if paths:
        text = "Another run is going to write {path}." if len(paths) == 1 else "Another run is going to write {path} …"
        hint = "Use {unique} for a numbered name, or another {output}."
        yield Problem("output.in-use", ("output", "unique"), text, _facts(paths), code="OUTPUT_IN_USE", hint=hint)


_FIELDS = ("output", "overwrite", "unique")


def _facts(paths: Sequence[Path]) -> dict[str, Any]:
    return {"path": quote_path(paths[0]), "more": len(paths) - 1, "paths": [str(path) for path in paths]}


def wish(output: Path, count: int) -> Wish:
    """Return what a workflow wants as it is compared."""
    return absolute(output), count
