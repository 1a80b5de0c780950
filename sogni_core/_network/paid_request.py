"""The paid request of a project: a frame is made of it once, and a second time only with proof."""

from __future__ import annotations

from typing import final

from sogni_core._protocol import frames, requests
from sogni_core._protocol.lifecycle.evidence import NeverArrived, NotAdmitted, Proof
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._transport.calls import PaidFrame
from sogni_core.errors import InternalError
from sogni_core.project import Project


@final
class PaidRequest:
    """The request of one project. No other code makes a :class:`PaidFrame`."""

    def __init__(
        self, project: Project, project_id: str, *, medium: LoadedMedium, comfy: bool, earlier: bool = False
    ) -> None:
        """``earlier``: another process wrote it already. Raises InputError for a project that cannot be sent."""
        self._project = project
        self._project_id = project_id
        self._medium = medium
        self._comfy = comfy
        self._frame: PaidFrame | None = PaidFrame(self._text())
        if earlier:
            self._frame = None
        self._again = True

    def frame(self, proof: Proof | None) -> PaidFrame:
        """Return the first frame, or with a proof the second one."""
        return self.first() if proof is None else self.again(proof)

    def first(self) -> PaidFrame:
        """Return the frame that is written first. Raises InternalError INTERNAL if it is called twice."""
        frame, self._frame = self._frame, None
        if frame is None:
            raise InternalError("INTERNAL", "A paid request was about to be made twice; it was stopped.")
        return frame

    def again(self, proof: Proof) -> PaidFrame:
        """Return the second and last frame, of the same request.

        Raises InternalError INTERNAL for a third frame, and for a proof that is not of this project.
        """
        if type(proof) not in {NeverArrived, NotAdmitted} or proof.project_id != self._project_id:
            raise InternalError("INTERNAL", "A paid request was about to be sent again without proof; it was stopped.")
        if not self._again or self._frame is not None:
            raise InternalError(
                "INTERNAL",
                "A paid request was about to be sent again before the first time or too often; it was stopped.",
            )
        self._again = False
        return PaidFrame(self._text())

    def _text(self) -> str:
        payload = requests.job_request(self._project, self._project_id, medium=self._medium, comfy=self._comfy)
        return frames.encode(requests.TYPE, payload)
