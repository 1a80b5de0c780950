"""What a contestant says of itself at its end. Other Pythons import it too, so it needs the standard library only."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def say(seconds: float) -> None:
    """Print what a contestant that is written here has to say."""
    print(json.dumps({"ms": seconds * 1000, "peakMiB": peak_mib()}), flush=True)


def peak_mib() -> float:
    """Return the most memory that this process has had in use, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike getrusage, which begins with what the parent had when it forked.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024
