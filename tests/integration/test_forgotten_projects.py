"""Outputs that are gone here and on the network are not bought again: they were paid for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet


@pytest.mark.slow
def test_outputs_that_nobody_has_any_more_are_not_bought_again(
    sogni_cli: Any, devnet: Devnet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def sogni(*argv: str) -> Any:
        return sogni_cli(*argv, "--json", environ=devnet.environ)

    first = sogni("image", "a cat", "-w", "256", "-h", "256", "-o", "cat.png", "--idempotency-key", "k")
    spent = 1000 - devnet.accounts[0].balance.spark.net
    (tmp_path / "cat.png").unlink()
    for project in devnet.projects:
        devnet.net.projects.forget(project)
    for call in (("resume", first.json["runId"]), ("image", "a cat", "-w", "256", "-h", "256", "-o", "cat.png",
                                                   "--idempotency-key", "k")):  # fmt: skip
        again = sogni(*call)
        assert (again.exit_code, again.json["errorCode"]) == (5, "DOWNLOAD_FAILED"), again
        assert "no longer has them" in again.json["error"]
        assert 1000 - devnet.accounts[0].balance.spark.net == spent == Decimal("0.025")
    assert len(devnet.job_requests) == 1
