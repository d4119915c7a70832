"""A run goes on with the goals and personas it began with, whatever the libraries have since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from convotui import train_policy
from convotui.decoders import Decoder
from convotui.dialog import Dialog, GoalSet, Persona, list_personas, load_goals, save_persona
from convotui.errors import Cancelled, ConvoTUIError
from convotui.gyms import casting
from convotui.learning import kept as keeping
from convotui.learning.plan import PolicyPlan
from convotui.runs import GOALS, create_run, find_run
from tests.gyms.stages import SAMPLING
from tests.learning.courses import FEW, differing, kept

PLAN = PolicyPlan(
    reward="convotui.rewards:lengths",
    episodes=6,
    turns=2,
    batch=3,
    seed=3,
    eval_every=0,
    eval_episodes=2,
    sampling=SAMPLING,
    dqn=replace(FEW, learning_starts=4),
)


def lengths(dialogs: Sequence[Dialog]) -> list[float]:
    return [len(dialog.turns[-1].text) / 10 for dialog in dialogs]


def stop_after(words: int) -> Callable[[], None]:
    left = [words]

    def tick() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cancelled

    return tick


def other_goals(goals: GoalSet) -> GoalSet:
    changed = tuple(replace(goal, cues=("never",), examples=("never.",)) for goal in goals)
    return replace(goals, goals=changed)


def test_changed_libraries_change_nothing_and_are_told(
    chat_decoder: Decoder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edited persona that is named, a persona that is gone, goals with other cues."""
    save_persona(Persona("partner", ("i keep bees.",)))
    plan = replace(PLAN, persona_b="partner")
    train_policy(chat_decoder, plan, name="alone", reward=lengths)

    with pytest.raises(Cancelled):
        train_policy(chat_decoder, plan, name="stopped", reward=lengths, tick=stop_after(300))
    save_persona(Persona("partner", ("i sell boats.",)), overwrite=True)
    fewer = list_personas()[3:]
    goals = other_goals(load_goals("everyday"))
    for module in (casting, keeping):
        monkeypatch.setattr(module, "list_personas", lambda: fewer)
    monkeypatch.setattr(keeping, "load_goals", lambda name: goals)
    summary = train_policy(chat_decoder, name="stopped", reward=lengths, resume=True).summary

    (note,) = summary["notes"]
    assert "the goal set everyday and the personas changed" in note
    assert set(differing(kept("alone"), kept("stopped"))) <= {"summary", "report"}
    alone = find_run("alone").state["summary"]
    told_of_itself = {"run", "folder", "notes"}
    assert {k: v for k, v in summary.items() if k not in told_of_itself} == {
        k: v for k, v in alone.items() if k not in told_of_itself
    }


def test_what_is_kept_is_what_there_was(home: Path) -> None:
    plan = PolicyPlan(persona_a="baker", goals="support")
    before = keeping.from_libraries(plan)
    run = create_run("kept", "train-policy", plan.record())
    assert keeping.recall(run) is None
    keeping.keep(run, before)
    after = keeping.recall(run)
    assert keeping.differences(after, plan) == []
    assert (after.opener.facts, after.responder) == (before.opener.facts, None)
    assert [p.name for p in after.personas] == [p.name for p in before.personas]


def test_a_library_that_is_gone_is_told(home: Path) -> None:
    known = keeping.from_libraries(PolicyPlan())
    (note,) = keeping.differences(known, PolicyPlan(goals="no-such-goals"))
    assert note.endswith("The run goes on with what it began with.")


@pytest.mark.parametrize("text", ["[]", "{}", '{"library": 3}'])
def test_damage_is_a_sentence(home: Path, text: str) -> None:
    run = create_run("kept", "train-policy", PolicyPlan().record())
    run.write_text(keeping.PERSONAS, text)
    run.write_text(GOALS, "{}")
    with pytest.raises(ConvoTUIError, match="is damaged"):
        keeping.recall(run)
