"""What ``ui.py`` measures, in a process of its own: our app or a bare one, and probes in its loop.

Its only argument is a JSON object: ``side`` (``ours``, ``bare``, ``log``, ``statics``),
``control`` (a socket's number), ``engine`` (its dotted name), ``load``, ``plan`` and ``dialog``.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.app import App

PERIOD = 0.005


class Side(Protocol):
    """What is asked of both sides alike."""

    app: App[Any]
    engine: Any

    def do(self, what: str, key: int) -> None:
        """Do what a person has no key for on this side."""
        ...

    def close(self) -> None:
        """End what outlives the app."""
        ...


class Ours:
    """ConvoTUI's app, started as its command starts it."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Make the app."""
        from convotui.config import load_config
        from convotui.dialog import load_goals, load_persona
        from convotui.engine.api import LoadModel
        from convotui.gyms.plan import SelfPlayPlan
        from convotui.paths import get_paths
        from convotui.store import Store
        from convotui.tui.app import ConvoApp
        from convotui.tui.start import Start

        self.store = Store(get_paths().database)
        start = Start(
            load=LoadModel(**spec["load"]),
            goals=load_goals("everyday"),
            config=load_config(get_paths().config_file),
            persona=load_persona("night-nurse"),
            seed=1,
            dialog=spec["dialog"],
            plan=SelfPlayPlan(**spec["plan"]),
        )
        self.app = ConvoApp(start, self.store, engine=spec["engine"])
        self.engine = self.app.engine

    def do(self, what: str, key: int) -> None:
        """Open a dialog."""
        if what != "open":
            raise ValueError(what)
        self.app.open_dialog(key)

    def close(self) -> None:
        """End the engine and close the store."""
        self.engine.close()
        self.store.close()


class Bare:
    """The least app there is, and the same engine doing the same work in its process."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Make the app."""
        from ui_bare import make_app

        self.spec, self.engine, self.store = spec, None, None
        self.app = make_app(spec["side"], self._ready, self._stop)
        self._job = 0
        if spec["engine"]:
            from convotui.engine.start import start
            from convotui.paths import get_paths
            from convotui.store import Store

            self.store = Store(get_paths().database)
            self.engine = start(lambda event: None, self.store, engine=spec["engine"])

    def _ready(self) -> None:
        if self.engine is not None:
            from convotui.engine.api import LoadModel

            self.engine.submit(LoadModel(**self.spec["load"]))
        if self.spec["dialog"] is not None:
            self.do("open", self.spec["dialog"])

    def _stop(self) -> None:
        if self.engine is not None:
            self.engine.cancel(self._job)

    def do(self, what: str, key: int) -> None:
        """Show a dialog's turns, or give the engine the work that our app gives it."""
        from convotui.engine.api import MakeReply, PlayDialogs
        from convotui.gyms.plan import SelfPlayPlan

        if what == "open":
            self.app.show(_lines(key))
        elif what == "play":
            self._job = self.engine.submit(PlayDialogs(SelfPlayPlan(**self.spec["plan"])))
        elif what == "reply":
            from convotui.dialog import Dialog, Turn, load_persona

            facts = load_persona("night-nurse").facts
            dialog = Dialog("bare", personas=((), facts), turns=(Turn.say(0, "hi there"),))
            self._job = self.engine.submit(MakeReply(dialog, 1, (key,)))
        else:
            raise ValueError(what)

    def close(self) -> None:
        """End the engine and close the store."""
        if self.engine is not None and self.store is not None:
            self.engine.close()
            self.store.close()


def _lines(key: int) -> list[str]:
    """Read a stored dialog as our app would write it."""
    from convotui.paths import get_paths
    from convotui.store import Store

    with Store(get_paths().database) as store:
        turns = store.load(key).turns
    return [f"{'night-nurse' if turn.speaker else 'you':11} {turn.text}" for turn in turns]


class Probe:
    """Sleeps for 5 ms again and again in the app's loop and notes how much too late it woke."""

    def __init__(self) -> None:
        """Begin to watch."""
        self.late: list[float] = []
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        clock = time.perf_counter
        while True:
            before = clock()
            await asyncio.sleep(PERIOD)
            self.late.append(clock() - before - PERIOD)

    def end(self) -> list[float]:
        """Stop watching and return the delays in seconds."""
        self._task.cancel()
        return self.late


async def serve(side: Side, control: socket.socket) -> None:
    """Answer the parent from inside the app's loop; the first probe begins with the app."""
    probe = Probe()
    reader, writer = await asyncio.open_connection(sock=control)
    while line := await reader.readline():
        asked = json.loads(line)
        what, answer = asked["do"], None
        if what == "lag-begin":
            probe.end()
            probe = Probe()
        elif what == "lag-end":
            answer = probe.end()
        elif what == "cpu":
            answer = [time.process_time(), time.monotonic()]
        elif what == "rss":
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            answer = pages * os.sysconf("SC_PAGE_SIZE")
        elif what == "seen":
            answer = side.engine.seen[asked["since"] :]
        else:
            side.do(what, asked.get("key", 0))
        writer.write(json.dumps(answer).encode() + b"\n")


def main() -> None:
    """Run one side until it is quit, and say when it had ended."""
    spec = json.loads(sys.argv[1])
    control = socket.socket(fileno=spec["control"])
    last_word = control.dup()
    serving: list[asyncio.Task[None]] = []
    ours = spec["side"] == "ours"
    with _guard() if ours else nullcontext():
        side: Side = Ours(spec) if ours else Bare(spec)

        async def begin(pilot: object) -> None:
            serving.append(asyncio.create_task(serve(side, control)))

        side.app.run(auto_pilot=begin)
        last_word.send(json.dumps({"returned": time.monotonic()}).encode() + b"\n")
        side.close()


def _guard() -> AbstractContextManager[None]:
    """Keep stderr off the screen as our command does."""
    from convotui.paths import get_paths
    from convotui.tui.guard import stderr_guard

    return stderr_guard(get_paths().log_file)


if __name__ == "__main__":
    main()
