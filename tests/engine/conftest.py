"""Engines to try: the real one with a tiny model, and the fake one, behind one listener."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from convotui.decoders import Decoder, Sampling
from convotui.dialog import Dialog, Turn
from convotui.engine.api import (
    ENDINGS,
    Engine,
    Event,
    JobDone,
    LoadModel,
    MakeReply,
    PlayDialogs,
    Request,
)
from convotui.engine.canned import CannedDecoder
from convotui.engine.start import FAKE, REAL, start
from convotui.gyms.plan import SelfPlayPlan
from convotui.store import Store

HANG = 120.0
"""Seconds after which a test gives up on an event that will not come."""


class Recorder:
    """A listener that keeps events with their times, lets tests wait, and acts on events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: list[float] = []
        self.threads: list[str] = []
        self._changed = threading.Condition()
        self._actions: list[tuple[type[Event], Callable[[Event], None]]] = []

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self.times.append(time.monotonic())
            self.threads.append(threading.current_thread().name)
            self._changed.notify_all()
        for kind, action in list(self._actions):
            if isinstance(event, kind):
                action(event)

    def when(self, kind: type[Event], action: Callable[[Event], None]) -> None:
        """Do something, in the engine's thread, at every event of a kind."""
        self._actions.append((kind, action))

    def once(self, kind: type[Event], action: Callable[[Event], None]) -> None:
        """Do something, in the engine's thread, at the next event of a kind."""

        def first(event: Event) -> None:
            self._actions.remove((kind, first))
            action(event)

        self._actions.append((kind, first))

    def ending(self, job: int) -> Event:
        """Wait for the ending of a job."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._endings(job), HANG):
                raise TimeoutError(f"job {job} did not end; heard {self.events[-5:]}")
            return self._endings(job)[0]

    def nth(self, kind: type[Event], count: int = 1, job: int | None = None) -> Event:
        """Wait for an event of a kind, the first or a later one, of one job or any."""

        def found() -> list[Event]:
            return [e for e in self.events if isinstance(e, kind) and job in (None, e.job)]

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= count, HANG):
                raise TimeoutError(f"no {kind.__name__} {count}; heard {self.events[-5:]}")
            return found()[count - 1]

    def of(self, job: int) -> list[Event]:
        """List the events of a job."""
        return [event for event in self.events if event.job == job]

    def _endings(self, job: int) -> list[Event]:
        return [e for e in self.events if e.job == job and isinstance(e, ENDINGS)]


@dataclass
class Stage:
    """An engine with what is around it."""

    kind: str
    engine: Engine
    heard: Recorder
    store: Store
    database: Path
    model: str

    def inside(self, monkeypatch: pytest.MonkeyPatch, command: Callable[[], None]) -> None:
        """Do something, once, inside the next turn of a self-play: at a column of its tokens."""
        kind = Decoder if self.kind == "real" else CannedDecoder
        ask, commands = kind.reply, [command]

        def reply(decoder: object, requests: object, tick: Callable[[], None]) -> object:
            def column() -> None:
                if commands:
                    commands.pop()()
                tick()

            return ask(decoder, requests, column)

        monkeypatch.setattr(kind, "reply", reply)

    def run(self, request: Request) -> list[Event]:
        """Run a job to its end and list its events."""
        job = self.engine.submit(request)
        self.heard.ending(job)
        return self.heard.of(job)

    def load(self) -> None:
        """Make the tiny model live."""
        ending = self.run(LoadModel(self.model, device="cpu", dtype="float32"))[-1]
        assert isinstance(ending, JobDone), ending


def reply(**options: object) -> MakeReply:
    """Ask for a reply of at least six tokens to a short dialog."""
    dialog = Dialog("d", personas=((), ("i bake.",)), turns=(Turn.say(0, "hi there"),), seed=1)
    given = {"seeds": (5,), "sampling": Sampling(min_new_tokens=6, max_new_tokens=12)}
    return MakeReply(dialog, 1, **{**given, **options})


def play(**options: object) -> PlayDialogs:
    """Ask for a small self-play."""
    given = {"episodes": 3, "turns": 4, "persona_a": "baker", "persona_b": "welder", "batch": 2}
    return PlayDialogs(SelfPlayPlan(**{**given, "sampling": Sampling(max_new_tokens=4), **options}))


def _stage(kind: str, folder: Path | str, home: Path) -> Iterator[Stage]:
    heard, database = Recorder(), home / "data" / "convotui.db"
    with Store(database) as store:
        engine = start(heard, store, engine={"real": REAL, "fake": FAKE}[kind])
        try:
            yield Stage(kind, engine, heard, store, database, str(folder))
        finally:
            assert engine.close(HANG)


@pytest.fixture(params=["real", "fake"])
def stage(request: pytest.FixtureRequest, chat_folder: Path, home: Path) -> Iterator[Stage]:
    """Either engine, its model loaded: what is tested on it is the protocol of both."""
    for stage in _stage(request.param, chat_folder, home):
        stage.load()
        yield stage


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a play that stands still go on only when it is woken, never because time passed."""
    monkeypatch.setattr("convotui.gyms.conductor.SAFETY_SECONDS", 10 * HANG)


@pytest.fixture
def real(chat_folder: Path, home: Path) -> Iterator[Stage]:
    """The real engine, its model loaded."""
    for stage in _stage("real", chat_folder, home):
        stage.load()
        yield stage


@pytest.fixture
def embedded(real_home: Path) -> Iterator[Stage]:
    """The real engine with the real embedded model."""
    for stage in _stage("real", "smollm2", real_home):
        stage.load()
        yield stage


@pytest.fixture
def idle(chat_folder: Path, home: Path) -> Iterator[Stage]:
    """The real engine without a model."""
    yield from _stage("real", chat_folder, home)


@pytest.fixture(params=["real", "fake"])
def unloaded(request: pytest.FixtureRequest, chat_folder: Path, home: Path) -> Iterator[Stage]:
    """Either engine, without a model."""
    yield from _stage(request.param, chat_folder, home)


@pytest.fixture
def fake(chat_folder: Path, home: Path) -> Iterator[Stage]:
    """The fake engine, its model loaded."""
    for stage in _stage("fake", chat_folder, home):
        stage.load()
        yield stage
