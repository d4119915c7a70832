"""Scenes of the app: every screen and every overlay, each reached by keys from the chat.

A scene is a coroutine that takes an app that has just begun (``scene_app``, ``ready``) where its
name says. ``SCREENS`` and ``OVERLAYS`` list them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList

from convotui.dialog import Candidate, Dialog, Turn, load_goals, load_persona
from convotui.engine.api import JobProgress, ReplyText, TrainPolicy
from convotui.gyms.plan import SelfPlayPlan
from convotui.learning.plan import PolicyPlan
from convotui.store import Store
from convotui.tui.app import ConvoApp
from convotui.tui.frame import ModeScreen
from convotui.tui.overlays.ask import AskLine, Confirm, PickOne
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.overlays.goal_form import GoalForm
from convotui.tui.overlays.help import HelpScreen
from convotui.tui.overlays.inspector import PromptInspector
from convotui.tui.overlays.jump import JumpOverlay
from convotui.tui.overlays.persona_library import PersonaLibrary
from convotui.tui.overlays.reward_form import RewardForm
from convotui.tui.overlays.sampling_form import SamplingForm
from convotui.tui.overlays.text import TextScreen
from convotui.tui.plays import Phase
from convotui.tui.widgets.dialog_list import DialogList
from convotui.tui.widgets.fact_row import FactEditor
from convotui.tui.widgets.transcript import Transcript
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens import train_host
from tests.tui.screens.play_host import selfplay, shown

Scene = Callable[[Pilot[Any]], Awaitable[None]]

TALK = 1
"""Key of the dialog that most scenes have open."""


def scene_app(make_app: MakeApp, **options: Any) -> ConvoApp:
    """Make an app on a furnished store, with a self-play to begin at hand."""
    plan = SelfPlayPlan(
        3, 6, persona_a="baker", persona_b="beekeeper", goals=load_goals("everyday"), seed=7
    )
    app = make_app(**{"plan": plan, "dialog": TALK, **options})
    furnish(app.store)
    return app


def furnish(store: Store) -> None:
    """Store a chat with everything a turn can have, dialogs of a run, and an imported one."""
    me, partner = load_persona("baker"), load_persona("night-nurse")
    meta = {"persona_names": ["baker", "night-nurse"], "partner": 1}
    made = [
        Candidate("it is quiet. most of my patients sleep.", "model", 5, "base"),
        Candidate("quiet so far! i am on my third ginger tea.", "model", 6, "base"),
    ]
    turns = (
        Turn.say(0, "hello! i just took the bread out. how is the night shift?"),
        replace(Turn(1, tuple(made), 1, "ask-hobbies"), rating=4, reward=0.5),
        Turn.say(0, "i bring you rolls at six, when the oven is free again and the street sleeps."),
        Turn.say(1, "you are the best neighbour."),
    )
    personas = (me.facts, partner.facts)
    said = Dialog("talk", personas=personas, turns=turns, model="smollm2", seed=1, meta=meta)
    key = store.add_dialog(said)
    store.exclude(key, 2, True)
    run = store.start_run("selfplay-old", "selfplay", {"episodes": 2, "turns": 2})
    for name, count in (("beekeeper", 2), ("goat-herder", 1)):
        texts = ("do you keep bees?", "only one, and she has a name.")[:count]
        played = tuple(Turn.say(side, text) for side, text in enumerate(texts))
        names = {"persona_names": [name, "baker"]}
        key = store.add_dialog(Dialog(name, turns=played, model="smollm2", meta=names), run)
    store.rate(key, None, 2, -0.5)
    store.end_run(run, "cancelled", {"episodes": 1, "turns": 3, "seconds": 3.0})
    title = {"title": "An old dialog about boats, of the first winter"}
    store.import_dialogs("import-old", [Dialog("old", turns=(Turn.say(0, "ahoy"),), meta=title)])


async def ready(pilot: Pilot[Any]) -> None:
    """Wait until the model is live and nothing is under way."""
    app = pilot.app
    await wait_until(pilot, lambda: app.model is not None and not app.desk.work)
    await still(pilot)


async def still(pilot: Pilot[Any]) -> None:
    """Take away what goes away by itself: answers to keys, notifications."""
    app = pilot.app
    app.clear_notifications()
    app._end_flash()
    await pilot.pause()


async def opened(pilot: Pilot[Any], kind: type[Any]) -> None:
    """Wait until an overlay is there and shows itself."""
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await wait_until(pilot, lambda: all(work.long for work in pilot.app.desk.work.values()))


def narrow(pilot: Pilot[Any]) -> bool:
    """Say whether the chat's panes are drawers."""
    return bool(pilot.app.screen.has_class("-narrow"))


# --- the chat -----------------------------------------------------------------------------


async def chat_new(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+n")
    await still(pilot)


async def chat(pilot: Pilot[Any]) -> None:
    """A dialog, a goal for the next reply, and the beginning of that reply."""
    await ready(pilot)
    app = pilot.app
    app.engine.hold.clear()
    await pilot.press("alt+3", *"see you", "enter")
    await wait_until(pilot, lambda: app.desk.shown)
    job = app.screen.talk.pending.job
    app._mailbox.put(ReplyText(job, ("i bring the",)))
    await wait_until(pilot, lambda: app.screen.talk.pending.texts)
    await pilot.press(*"and")
    await still(pilot)


async def chat_turns(pilot: Pilot[Any]) -> None:
    """The cursor on a turn, as after esc."""
    await ready(pilot)
    await pilot.press("escape", "k", "k")
    await still(pilot)


async def chat_goals(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press(*(("ctrl+l", "ctrl+l") if narrow(pilot) else ()))
    pilot.app.screen.query_one("#goal-list").focus()
    await pilot.press("j")
    await still(pilot)


async def chat_personas(pilot: Pilot[Any]) -> None:
    """A fact that is being written; one is muted."""
    await ready(pilot)
    await pilot.press(*(("ctrl+l",) if narrow(pilot) else ()))
    pilot.app.screen.query_one("#partner FactList").focus()
    await pilot.press("m", "j", "a", *"i like tea")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, FactEditor))
    await ready(pilot)


async def chat_correcting(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("escape", "c", *"thank you")
    await still(pilot)


async def chat_finding(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("escape", "slash", *"the")
    await still(pilot)


# --- self-play ----------------------------------------------------------------------------


async def selfplay_form(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("f4")
    await still(pilot)


async def selfplay_running(pilot: Pilot[Any]) -> None:
    """A run of which every dialog has two turns; it is paused."""
    await selfplay_form(pilot)
    app = pilot.app
    app.engine.hold.clear()
    await pilot.press("ctrl+s")
    await wait_until(pilot, lambda: selfplay(app).shown)
    play = shown(app)
    await wait_until(pilot, lambda: play.phase is Phase.PLAYING)
    await pilot.press("space")
    app.engine.hold.set()
    await wait_until(pilot, lambda: play.phase is Phase.PAUSED)
    for turns in (3, 6):
        await pilot.press("full_stop")
        await wait_until(pilot, lambda: play.phase is Phase.PAUSED and play.done >= turns)  # noqa: B023
    # Progress that comes too fast is left out, so the last one may be any of them.
    app._mailbox.put(JobProgress(play.job, "playing", 6, 18))
    await wait_until(pilot, lambda: app.desk.shown.progress.done == 6)
    await still(pilot)


async def selfplay_taking_over(pilot: Pilot[Any]) -> None:
    """A side of the second dialog is taken over, and a line is being typed."""
    await selfplay_running(pilot)
    await pilot.press("j", "t")
    await opened(pilot, PickOne)
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ModeScreen))
    await pilot.press(*"well, ")
    await wait_until(pilot, lambda: selfplay(pilot.app).episode.wanted)
    await still(pilot)


# --- training -----------------------------------------------------------------------------

TRAINED = PolicyPlan(
    episodes=48, turns=4, batch=4, eval_every=12, validation_episodes=4, eval_episodes=16, seed=1
)


async def train_empty(pilot: Pilot[Any]) -> None:
    """There is no training yet."""
    await ready(pilot)
    await pilot.press("f5")
    await wait_until(pilot, lambda: pilot.app.current_mode == "train")
    await train_settled(pilot)


async def train_form(pilot: Pilot[Any]) -> None:
    """Something is wrong with a field."""
    await train_empty(pilot)
    await pilot.press("n")
    train_host.form(pilot.app).put("episodes", "some")
    await pilot.press("ctrl+s")
    await wait_until(pilot, lambda: train_host.told(pilot.app))
    await still(pilot)


async def train_running(pilot: Pilot[Any]) -> None:
    """Six of twelve rounds are over."""
    await train_empty(pilot)
    app = pilot.app
    train_host.hold_at(app, 6)
    train_host.train(app).begin(TrainPolicy(TRAINED, "first"))
    training = await train_host.rounds(pilot, app, 6)
    app._mailbox.put(JobProgress(training.job, "learning", 300, 600, 154))
    await wait_until(pilot, lambda: training.progress == (300, 600))
    await train_settled(pilot)


async def train_done(pilot: Pilot[Any]) -> None:
    """What was learned is compared; where it is narrow the comparison is shown."""
    await train_empty(pilot)
    train_host.train(pilot.app).begin(TrainPolicy(TRAINED, "first"))
    await train_host.ended(pilot, pilot.app)
    if narrow(pilot):
        await pilot.press("right")
    await train_settled(pilot)


async def train_asking(pilot: Pilot[Any]) -> None:
    """A number is being typed for an exchange."""
    await train_empty(pilot)
    app = pilot.app
    plan = replace(TRAINED, reward="manual=1")
    train_host.train(app).begin(TrainPolicy(plan, "by-hand"))
    for number in (1, 2):
        await wait_until(
            pilot,
            lambda: (
                train_host.train(app).shown
                and train_host.shown(app).question
                and train_host.shown(app).question.number == number  # noqa: B023
            ),
        )
        await pilot.press(*(("4",) if number == 1 else ("equals_sign", *"0.5")))
    training = train_host.shown(app)
    app._mailbox.put(JobProgress(training.job, "learning", 193, 448))
    await wait_until(pilot, lambda: training.progress == (193, 448))
    await train_settled(pilot)


async def train_settled(pilot: Pilot[Any]) -> None:
    """Wait until everything has been read and drawn."""
    await train_host.settled(pilot, pilot.app)
    await still(pilot)


# --- the library --------------------------------------------------------------------------


async def library(pilot: Pilot[Any]) -> None:
    """Everything that is stored, one dialog marked, the next one shown."""
    await ready(pilot)
    await pilot.press("f8")
    await wait_until(pilot, lambda: pilot.app.screen.query("#dialogs"))
    await wait_until(pilot, lambda: len(pilot.app.screen.query_one(DialogList).rows) == 4)
    await pilot.press("m")
    preview = pilot.app.screen.query_one("#library-preview", Transcript)
    await wait_until(pilot, lambda: preview._turns and preview._names[0] == "goat-herder")
    await still(pilot)


async def library_looking(pilot: Pilot[Any]) -> None:
    """The dialog beside the list has the focus."""
    await library(pilot)
    await pilot.press("G")
    preview = pilot.app.screen.query_one("#library-preview", Transcript)
    await wait_until(pilot, lambda: len(preview._turns) == 4)
    await pilot.press("space")
    await wait_until(pilot, lambda: preview.cursor is not None)
    await still(pilot)


# --- overlays -----------------------------------------------------------------------------


async def overlay_help(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("escape", "f1")
    await opened(pilot, HelpScreen)


async def overlay_palette(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+p", *"dialog")
    await opened(pilot, CommandPalette)
    await wait_until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count > 3)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def overlay_jump(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+o")
    await opened(pilot, JumpOverlay)


async def overlay_reward(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+t")
    await opened(pilot, RewardForm)
    await pilot.press("1", "tab", "tab", "4")


async def overlay_sampling(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("escape", "o")
    await opened(pilot, SamplingForm)


async def overlay_goal(pilot: Pilot[Any]) -> None:
    await chat_goals(pilot)
    await pilot.press("e")
    await opened(pilot, GoalForm)


async def overlay_export(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+s")
    await opened(pilot, ExportForm)


async def overlay_library_of_personas(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.app.run_action("persona", pilot.app.screen)
    await opened(pilot, PersonaLibrary)
    await pilot.press(*"ferry")


async def overlay_inspector(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press("alt+2", "escape", "p")
    await opened(pilot, PromptInspector)


async def overlay_candidates(pilot: Pilot[Any]) -> None:
    await chat_turns(pilot)
    await pilot.press("v")
    await opened(pilot, PickOne)


async def overlay_question(pilot: Pilot[Any]) -> None:
    """A line is asked for, and what was typed is refused."""
    await ready(pilot)
    await pilot.press("escape", "=")
    await opened(pilot, AskLine)
    await pilot.press(*"much", "enter")


async def overlay_confirm(pilot: Pilot[Any]) -> None:
    await selfplay_running(pilot)
    await pilot.press("ctrl+q")
    await opened(pilot, Confirm)


async def overlay_typed_commands(pilot: Pilot[Any]) -> None:
    await ready(pilot)
    await pilot.press(*"/help", "enter")
    await opened(pilot, TextScreen)


SCREENS: tuple[Scene, ...] = (
    chat_new,
    chat,
    chat_turns,
    chat_goals,
    chat_personas,
    chat_correcting,
    chat_finding,
    selfplay_form,
    selfplay_running,
    selfplay_taking_over,
    train_empty,
    train_form,
    train_running,
    train_done,
    train_asking,
    library,
    library_looking,
)
OVERLAYS: tuple[Scene, ...] = (
    overlay_help,
    overlay_palette,
    overlay_jump,
    overlay_reward,
    overlay_sampling,
    overlay_goal,
    overlay_export,
    overlay_library_of_personas,
    overlay_inspector,
    overlay_candidates,
    overlay_question,
    overlay_confirm,
    overlay_typed_commands,
)
