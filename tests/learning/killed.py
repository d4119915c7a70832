"""A course whose processes are killed one after the other: run as a script, in a home of its own.

Each child goes on with the run until it has been asked to speak as often as told, and then kills
itself, without a chance to tidy up; the last one ends the course.
"""

from __future__ import annotations

import os
import signal
import sys

from convotui.learning import trainer  # noqa: F401 - imported once, for all children
from convotui.policies.learned import KIND
from convotui.runs import list_runs
from tests.learning.courses import Fuse, course


def kill() -> None:
    """End at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(speeches: list[int]) -> None:
    """Kill a child at each of these, then let one end."""
    for left in [*speeches, 10**9]:
        child = os.fork()
        if not child:
            begun = any(run.state["kind"] == KIND for run in list_runs())
            course(Fuse(left, kill), resume=begun)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
