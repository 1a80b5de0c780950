"""What a client sends besides ``jobRequest``: pairs of message type and payload for :func:`frames.encode`.

protocol: no frame may be sent before ``authenticated`` was received; the server drops such frames silently.
"""

from __future__ import annotations

from typing import Any

Message = tuple[str, Any]
"""Message type and payload."""

CANCELED = "artistCanceled"


def cancel_request(project_id: str) -> Message:
    """Ask to cancel a project; ``artistCancelConfirmation`` answers, within 120 s.

    protocol: the server allows one cancel in 20 s (seen in public applications); what was rendered is charged.
    """
    return "jobError", {"jobID": project_id, "error": CANCELED, "error_message": CANCELED, "isFromWorker": False}
