"""Secrets that a command needs: asked for without echo, or read from standard input, never taken as an argument."""

from __future__ import annotations

import getpass
import sys

from sogni_core.errors import InputError

LONGEST_SECRET = 4096
"""Characters; more on standard input is no password."""


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()  # None: started without standard input


def from_stdin(what: str) -> str:
    """Return the secret that standard input holds alone, on one line; raises InputError."""
    secret = sys.stdin.read(LONGEST_SECRET + 1).rstrip("\r\n") if sys.stdin is not None else ""
    if not secret or len(secret) > LONGEST_SECRET or "\n" in secret:
        raise InputError("INVALID_ARGUMENT", f"Standard input must hold the {what} alone, on one line.")
    return secret


def prompt(question: str, instead: str) -> str:
    """Ask for a secret without echo; ``instead``: what to type where nobody can be asked. Raises InputError."""
    if not at_terminal():
        raise InputError("INVALID_ARGUMENT", "There is no terminal to ask for a secret.", hint=f"Use {instead}.")
    secret = getpass.getpass(question)
    if not secret:
        raise InputError("INVALID_ARGUMENT", "Nothing was entered.")
    return secret


def ask(name: str) -> str:
    """Return a secret: typed at the terminal, or else the next line of standard input."""
    if at_terminal():
        return prompt(f"{name}: ", "standard input")
    secret = sys.stdin.readline(LONGEST_SECRET + 1).rstrip("\r\n") if sys.stdin is not None else ""
    if not secret or len(secret) > LONGEST_SECRET:
        raise InputError("INVALID_ARGUMENT", f"Standard input must hold {name} on a line.")
    return secret
