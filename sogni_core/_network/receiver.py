"""What a connection reports to its owner."""

from __future__ import annotations

from typing import Protocol

from sogni_core._protocol.frames import Frame
from sogni_core._protocol.greeting import Greeting
from sogni_core.errors import SogniError


class Receiver(Protocol):
    """Is called by a connection, on the event loop; expected to return at once."""

    def upgrading(self) -> None:
        """The request to open the socket is written: it is the service's turn, and other work delays nothing."""

    def greeted(self, greeting: Greeting) -> None:
        """A connection is ready; the greeting lists the projects that run and those that ended."""

    def received(self, frame: Frame) -> None:
        """A frame came."""

    def broken(self, error: SogniError) -> None:
        """The connection is gone for good."""
