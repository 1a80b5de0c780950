"""Close codes, refused upgrades, and waiting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._protocol import close_codes
from sogni_core.errors import AuthError, ServiceError, SogniError, TransportError


@pytest.mark.parametrize(
    ("code", "reconnect", "sign_out", "error"),
    [
        (1000, False, False, "CONNECTION_LOST"),
        (1001, True, False, "CONNECTION_LOST"),
        (1005, True, False, "CONNECTION_LOST"),
        (1006, True, False, "CONNECTION_LOST"),
        (1011, True, False, "CONNECTION_LOST"),
        (1012, True, False, "CONNECTION_LOST"),
        (3000, True, False, "CONNECTION_LOST"),
        (None, True, False, "CONNECTION_LOST"),
        (4010, False, True, "AUTHENTICATION_ERROR"),
        (4015, False, False, "CONNECTION_REPLACED"),
        (4021, False, True, "AUTHENTICATION_ERROR"),
        (4061, False, False, "RATE_LIMITED"),
        (4000, False, True, "CONNECTION_LOST"),
        (4999, False, True, "CONNECTION_LOST"),
    ],
)
def test_the_policy_of_a_close_code(code: int | None, reconnect: bool, sign_out: bool, error: str) -> None:
    policy = close_codes.policy(code)
    assert (policy.reconnect, policy.sign_out, policy.code) == (reconnect, sign_out, error)
    assert close_codes.error(policy, code=code).code == error


@pytest.mark.parametrize(
    ("status", "reconnect", "error"),
    [(401, False, AuthError), (403, False, AuthError), (404, True, TransportError), (503, True, TransportError)],
)
def test_a_refused_upgrade(status: int, reconnect: bool, error: type[SogniError]) -> None:
    policy = close_codes.refused_upgrade(status)
    assert policy.reconnect is reconnect
    assert isinstance(close_codes.error(policy), error)


def test_the_servers_reason_is_kept_and_cleaned() -> None:
    error = close_codes.error(close_codes.policy(4061), code=4061, reason="Too many\n\x1b[31mapp-ids")
    assert isinstance(error, ServiceError)
    assert str(error) == "Too many app ids were used from this address today (UTC): Too many app-ids"
    assert error.details == {"closeCode": 4061}


@given(st.integers() | st.none(), st.text())
def test_every_code_has_a_policy_and_an_error(code: int | None, reason: str) -> None:
    assert isinstance(close_codes.error(close_codes.policy(code), code=code, reason=reason), SogniError)
