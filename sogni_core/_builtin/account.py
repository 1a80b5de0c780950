"""Commands for the account: log in, log out, show the balance."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from sogni_core._builtin.secrets import at_terminal, from_stdin, prompt, question
from sogni_core.app import App
from sogni_core.errors import InputError
from sogni_core.frontend import streams
from sogni_core.result import Report
from sogni_core.settings.credentials import Credentials

WHERE = "Get an account and an API key at https://sogni.ai"


async def login(
    app: App,
    username: Annotated[
        str | None, typer.Option("--username", "-u", help="User name. Without it, the command asks.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.", show_default=False)
    ] = False,
    api_key: Annotated[
        bool,
        typer.Option(
            "--api-key", help="Log in with an API key. The command asks for it without echo.", show_default=False
        ),
    ] = False,
    api_key_stdin: Annotated[
        bool, typer.Option("--api-key-stdin", help="Read the API key from standard input.", show_default=False)
    ] = False,
) -> Report:
    """Check credentials with the network, then store them. Secrets are never read from the command line."""
    credentials = _ask(username, password_stdin, api_key, api_key_stdin)
    await app.login(credentials)
    where = app.paths.shown(app.paths.credentials)
    who = "the account of the API key" if credentials.api_key else credentials.username
    fields = {"type": "login", "username": credentials.username or None, "credentials": str(app.paths.credentials)}
    return Report(fields, f"Logged in as {who}; stored in {where}.", tuple(app.warnings))


def _ask(username: str | None, password_stdin: bool, api_key: bool, api_key_stdin: bool) -> Credentials:
    if password_stdin and (api_key or api_key_stdin):
        raise InputError("INVALID_ARGUMENT", "--password-stdin and an API key cannot be combined.")
    if api_key_stdin:
        return Credentials(api_key=from_stdin("API key"), origin="login")
    if api_key:
        if at_terminal():
            streams.note(WHERE)
        return Credentials(api_key=prompt("API key: ", "--api-key-stdin"), origin="login")
    if username is None:
        if password_stdin or not at_terminal():
            raise InputError(
                "INVALID_ARGUMENT",
                "There is no terminal to ask for the user name.",
                hint="Use --username NAME --password-stdin, or --api-key-stdin.",
            )
        streams.note(WHERE)
        username = question("User name: ")
    if not username:
        raise InputError("INVALID_ARGUMENT", "The user name is empty.")
    password = from_stdin("password") if password_stdin else prompt("Password: ", "--password-stdin")
    return Credentials(username, password, origin="login")


async def logout(app: App) -> Report:
    """Delete the stored credentials and tokens, and tell the network."""
    forgotten = await app.logout()
    text = "Logged out." if forgotten else "Not logged in."
    return Report({"type": "logout", "loggedOut": forgotten}, text, tuple(app.warnings))


NetworkOption = Annotated[
    str | None, typer.Option("--network", help="fast, relaxed, or a plugin's network.", metavar="NAME")
]


async def balance(app: App, network: NetworkOption = None) -> Report:
    """Show the balance of the account."""
    found = await app.balance(network)
    fields = {
        "type": "balance",
        "spark": _number(found["spark"]),
        "sogni": _number(found["sogni"]),
        "tokenType": app.settings.value("token_type").value,
        "timestamp": _now(),
    }
    text = [f"{name.upper()}: {_two(amount)}" for name, amount in found.items()]
    return Report(fields, text, tuple(app.warnings))


def _number(amount: Decimal | None) -> float | None:
    return float(amount) if amount is not None else None


def _two(amount: Decimal | None) -> str:
    return f"{amount:.2f}" if amount is not None else "unknown"


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
