"""Draw the README's pictures: the app as it is, with the embedded model, as SVG.

Run: python docs/screenshots.py [chat inspector selfplay help train]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from convotui.decoders.sampling import Sampling
from convotui.dialog import load_goals, load_persona
from convotui.engine.api import LoadModel, TrainPolicy
from convotui.gyms.plan import SelfPlayPlan
from convotui.learning.plan import PolicyPlan
from convotui.paths import get_paths
from convotui.store import Store
from convotui.tui.app import ConvoApp
from convotui.tui.screens.chat import ChatScreen
from convotui.tui.screens.selfplay import SelfPlayScreen
from convotui.tui.screens.train import TrainScreen
from convotui.tui.start import Mode, Start

FOLDER = Path(__file__).parent
SIZE = (120, 36)
PATIENCE = 900.0

Scene = Callable[[ConvoApp, Pilot[Any]], Awaitable[None]]


async def until(pilot: Pilot[Any], true: Callable[[], object]) -> None:
    """Let the app go on until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the scene did not come about")
        await asyncio.sleep(0.05)
    await pilot.pause()


async def say(pilot: Pilot[Any], chat: ChatScreen, text: str) -> None:
    """Say something and wait for the reply."""
    await pilot.press(*text, "enter")
    await until(pilot, lambda: not chat.talk.pending)


async def chat_scene(app: ConvoApp, pilot: Pilot[Any]) -> None:
    """A chat with a goal, candidates, a rating and a correction."""
    chat = app.screen
    assert isinstance(chat, ChatScreen)
    await say(pilot, chat, "hi there")
    await pilot.press("alt+g", *"pets", "enter")
    await say(pilot, chat, "what do you do?")
    await pilot.press("ctrl+r")
    await until(pilot, lambda: not chat.talk.pending)
    await pilot.press("escape", "4", "k", "k", "c", "delete")
    await pilot.press(*"hello, i just came off my night shift.", "enter")
    await pilot.press("i")
    await say(pilot, chat, "do you have a cat?")


async def inspector_scene(app: ConvoApp, pilot: Pilot[Any]) -> None:
    """What the model reads."""
    chat = app.screen
    assert isinstance(chat, ChatScreen)
    await say(pilot, chat, "hi there")
    await pilot.press("alt+g", *"pets", "enter", "escape", "p")
    await until(pilot, lambda: app.screen is not chat)


async def play_scene(app: ConvoApp, pilot: Pilot[Any]) -> None:
    """A self-play under way, one side of a dialog taken over."""
    play = app.screen
    assert isinstance(play, SelfPlayScreen)
    await until(pilot, lambda: any(row.turns >= 4 for row in app.store.list_dialogs()))
    await pilot.press("space")
    await asyncio.sleep(1)
    await pilot.press("j")
    await pilot.pause()


async def help_scene(app: ConvoApp, pilot: Pilot[Any]) -> None:
    """F1 over the goals."""
    await pilot.press("tab", "f1")
    await pilot.pause()


async def train_scene(app: ConvoApp, pilot: Pilot[Any]) -> None:
    """A training that has come to its end."""
    train = app.screen
    assert isinstance(train, TrainScreen)
    await until(pilot, lambda: train.trainings)
    await until(pilot, lambda: train.running is None)
    await asyncio.sleep(1)
    await pilot.pause()


SCENES: dict[str, tuple[str, Scene]] = {
    "chat": ("chat", chat_scene),
    "inspector": ("chat", inspector_scene),
    "selfplay": ("selfplay", play_scene),
    "help": ("chat", help_scene),
    "train": ("train", train_scene),
}
MODES: dict[str, Mode] = {"chat": "chat", "selfplay": "selfplay", "train": "train"}


async def draw(name: str, mode: str, scene: Scene) -> None:
    """Play a scene and save its picture."""
    plan = SelfPlayPlan(episodes=12, turns=8, policy="no-repeat", seed=3, batch=6)
    training = PolicyPlan(
        episodes=40,
        turns=2,
        seed=1,
        eval_every=20,
        validation_episodes=4,
        eval_episodes=6,
        sampling=Sampling(max_new_tokens=24),
    )
    start = Start(
        load=LoadModel("smollm2", dtype="float32", device="cpu"),
        goals=load_goals("everyday"),
        sampling=Sampling(max_new_tokens=24),
        mode=MODES[mode],
        persona=load_persona("night-nurse"),
        me=load_persona("baker"),
        seed=7,
        plan=plan,
        training=TrainPolicy(training, "first") if mode == "train" else None,
        autostart=True,
    )
    with Store(get_paths().database) as store:
        app = ConvoApp(start, store)
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.model)
            await scene(app, pilot)
            app.save_screenshot(f"{name}.svg", str(FOLDER))
        app.engine.close()
    print(FOLDER / f"{name}.svg")


def main() -> None:
    """Draw every scene in a home of its own, with the person's model cache."""
    os.environ["CONVOTUI_MODELS"] = str(get_paths().models)
    for name, (mode, scene) in SCENES.items():
        if name not in (sys.argv[1:] or SCENES):
            continue
        with tempfile.TemporaryDirectory() as home:
            os.environ["CONVOTUI_HOME"] = home
            asyncio.run(draw(name, mode, scene))


if __name__ == "__main__":
    main()
