"""What the exit code of `scaleup` says."""

from __future__ import annotations

DONE, FAILED, BAD, INTERRUPTED = 0, 1, 2, 130

TOLD = (
    f"Exit codes: {DONE} done; {FAILED} something failed or is missing: a replication, a scenario, what an interrupted "
    f"run had still to do (what was finished is told and kept), output that can't be written; {BAD} a command line, "
    f"scenario or folder that can't be used, so that nothing was run; {INTERRUPTED} interrupted (Ctrl-C, SIGTERM) "
    "before anything was finished, or a second time."
)
