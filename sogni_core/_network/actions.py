"""What takes time for one project: connections are waited for, the request is written, the service is asked."""

from __future__ import annotations

from collections.abc import Callable

from sogni_core._network.paid_request import PaidRequest
from sogni_core._network.services import SubmissionServices
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._transport.calls import PaidFrame
from sogni_core._transport.socket import Socket
from sogni_core.errors import InternalError, SogniError


class Actions:
    """Does what a project's life asks for, one after another, and returns what came of it."""

    def __init__(
        self,
        project_id: str,
        request: PaidRequest,
        services: SubmissionServices,
        written: Callable[[inputs.Written], object],
    ) -> None:
        """``written`` is called at the moment in which the request leaves."""
        self.before: Callable[[], None] | None = None
        """Is called immediately before the request is written; what it raises stops that."""
        self._project_id = project_id
        self._request = request
        self._services = services
        self._written = written
        self._frame: PaidFrame | None = None
        self._socket: Socket | None = None

    async def run(self, todo: outputs.Lasting) -> inputs.Input | None:
        """Do one thing. Returns None once the request may have left: ``written`` took that."""
        connection = self._services.connection
        match todo:
            case outputs.Connect(ticket, after, seconds):
                try:
                    self._socket = await connection.ready(after=after, seconds=seconds)
                except SogniError as error:
                    return inputs.CannotWrite(ticket, error)
                return inputs.Ready(ticket, connection.number)
            case outputs.Write():
                return await self._write(todo)
            case outputs.AwaitEnd(ticket, number, seconds):
                ended = await connection.ended(number, seconds)
                return inputs.ConnectionEnded(ticket) if ended else inputs.ConnectionStays(ticket)
            case outputs.Pause(ticket, seconds):
                await self._services.pause(seconds)
                return inputs.Waited(ticket)
            case outputs.Ask(ticket, question):
                return inputs.Answered(ticket, await self._services.lookups.ask(question, self._project_id))

    async def _write(self, write: outputs.Write) -> inputs.Input | None:
        socket, before, number = self._socket, self.before, self._services.connection.number
        if socket is None or before is None:
            raise InternalError("INTERNAL", "A paid request was about to be sent without a connection.")
        if self._frame is None:
            self._frame = self._request.frame(write.proof)
        left, stopped = False, list[SogniError]()

        def leaving() -> None:
            nonlocal left
            try:
                before()
            except SogniError as error:
                stopped.append(error)
                raise
            self._frame, left = None, True
            self._written(inputs.Written(number))

        try:
            await socket.spend(self._frame, leaving)
        except SogniError as error:
            if stopped:
                return inputs.CannotWrite(write.ticket, stopped[0])
            if not left:
                # The socket was gone before anything was written, so the next one is waited for.
                return inputs.NotWritten(write.ticket)
            if error.code != "CONNECTION_LOST":
                raise
        return None
