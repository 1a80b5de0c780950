"""Errors of commands: one JSON object, or lines on standard error."""

from __future__ import annotations

from sogni_core.cli.invocation import Invocation
from sogni_core.errors import SogniError
from sogni_core.frontend.objects import error_object
from sogni_core.frontend.streams import note, write_json
from sogni_core.text import clean_block


def write_error(error: SogniError, invocation: Invocation) -> None:
    """Write an error: one object with ``--json``, else a line on standard error for each problem, in order."""
    wording = invocation.wording
    if invocation.json:
        write_json(error_object(error, wording))
        return
    problems = wording.problems(error)
    for text, hint in [(wording.text(one), wording.hint(one)) for one in problems] or [(error.message, error.hint)]:
        note(f"Error: {clean_block(text)}")
        if hint := hint or (error.hint if len(problems) == 1 else None):
            note(f"Hint: {clean_block(hint)}")
    for project in error.details.get("projects", ()):
        note(f"Project {project['projectId']}: {project['state']}")
