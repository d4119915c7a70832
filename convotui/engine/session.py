"""A stored dialog under way: every change is on disk before the call returns (torch-free)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from convotui.dialog import Candidate, Dialog, GoalSet, Persona, Turn, derive_seed
from convotui.engine.branches import store_branch
from convotui.engine.facts import Fact, facts_of, name_of, with_facts
from convotui.engine.goals import goal_texts, with_goal
from convotui.engine.judgement import Judgement, judgement_of, reward_of, with_judgement
from convotui.engine.speakers import with_model
from convotui.engine.stored import StoredDialog
from convotui.errors import UsageError
from convotui.store import Store

__all__ = ["Fact", "Judgement", "Session"]


class Session:
    """A dialog that a person takes part in; what they do to it can be undone and redone.

    Attributes:
        goals: the goal set in use.
    """

    def __init__(
        self,
        store: Store,
        *,
        seed: int,
        model: str,
        version: str,
        personas: tuple[Persona | None, Persona | None] = (None, None),
        goals: GoalSet | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin an empty dialog.

        Args:
            store: where it is kept.
            seed: seeds of replies are derived from it.
            model: name of the live model.
            version: its adapter version.
            personas: of the opener and the responder.
            goals: the goal set in use.
            meta: more to keep with the dialog, as JSON values.
        """
        names = [persona.name if persona else None for persona in personas]
        facts = [persona.facts if persona else () for persona in personas]
        dialog = Dialog(
            id=f"chat-{uuid.uuid4().hex[:12]}",
            personas=(facts[0], facts[1]),
            seed=seed,
            model=model,
            version=version,
            meta={
                "persona_names": names,
                "goal_set": goals.name if goals else None,
                "goals": {goal.id: goal.text for goal in goals or ()},
                **(meta or {}),
            },
        )
        self._begin(store, StoredDialog(store, dialog), goals)

    @classmethod
    def open(cls, store: Store, key: int, goals: GoalSet | None = None) -> Session:
        """Go on with a stored dialog.

        Args:
            store: where it is kept.
            key: its key there.
            goals: the goal set in use now; the goals of the dialog are known without it.

        Raises:
            StoreError: there is no dialog with this key.
        """
        session = cls.__new__(cls)
        session._begin(store, StoredDialog(store, store.load(key), key), goals)
        return session

    def _begin(self, store: Store, now: StoredDialog, goals: GoalSet | None) -> None:
        self._store = store
        self._now = now
        self.goals = goals or GoalSet("none", ())

    @property
    def dialog(self) -> Dialog:
        """The dialog as it is now; never changed in place."""
        return self._now.dialog

    @property
    def key(self) -> int | None:
        """The dialog's key in the store; None until something has been said."""
        return self._now.key

    @property
    def stored(self) -> bool:
        """Whether the dialog is in the store."""
        return self.key is not None

    @property
    def goal_texts(self) -> Mapping[str, str]:
        """Texts of all goals known here, by id: the dialog's and those of the set in use.

        Where they differ the set's counts, unless a turn was said under the dialog's.
        """
        return goal_texts(self.dialog, self.goals)

    def use_goals(self, goal_set: GoalSet) -> None:
        """Switch the goal set in use; the dialog keeps the texts of the goals it had."""
        self.set_meta(goal_set=goal_set.name, goals=goal_texts(self.dialog, goal_set))
        self.goals = goal_set

    def set_meta(self, **values: Any) -> None:
        """Keep JSON values in the dialog's meta, beside or in place of those there.

        Raises:
            ValueError, TypeError: a value that JSON has no word for.
        """
        plain = json.loads(json.dumps(values, allow_nan=False))
        after = replace(self.dialog, meta={**self.dialog.meta, **plain})
        self._now.edit(None, after)

    def set_model(self, name: str, version: str, **settings: str) -> None:
        """Say which model speaks from now on; ``settings`` are kept of it in meta."""
        after = with_model(self.dialog, name, version, **settings)
        if after != self.dialog:
            self._now.edit(None, after)

    def seeds(self, candidates: int = 1, *, position: int | None = None) -> tuple[int, ...]:
        """Seeds for the next candidates of the turn at ``position`` (default: the next turn)."""
        place = len(self.dialog) if position is None else position
        have = len(self.dialog.turns[place].candidates) if place < len(self.dialog) else 0
        seed = self.dialog.seed or 0
        return tuple(derive_seed(seed, "turn", place, have + i) for i in range(candidates))

    def say(self, speaker: int, text: str, *, goal: str | None = None) -> Turn:
        """Add a turn that a person wrote."""
        return self._add(Turn.say(speaker, text, goal=goal), "turn")

    def accept(
        self,
        speaker: int,
        candidates: Sequence[Candidate],
        *,
        chosen: int = 0,
        goal: str | None = None,
    ) -> Turn:
        """Add a turn from candidates."""
        return self._add(Turn(speaker, tuple(candidates), chosen, goal), "reply")

    def offer(self, position: int, candidate: Candidate, *, goal: str | None = None) -> Turn:
        """Add another candidate to a turn and choose it; ``goal`` is what it was made under."""
        return self._offer(position, candidate, goal, "candidate")

    def correct(self, position: int, text: str) -> Turn:
        """Say what a turn should have been: a human candidate, chosen from now on."""
        return self._offer(position, Candidate(text, "human"), None, "correction")

    def choose(self, position: int, number: int) -> Turn:
        """Choose another candidate of a turn; the turn gets the goal that one was made under."""
        place = self._place(position)
        before = self.dialog.turns[place].chosen
        if number != before:
            self._now.do(
                "candidate",
                lambda key: self._store.choose(key, place, number),
                undo=lambda key: self._store.choose(key, place, before),
            )
        return self.dialog.turns[place]

    def rate(self, position: int, rating: int | None) -> Turn:
        """Rate a turn 1-5; its reward follows from the rating. None clears both."""
        place, reward = self._place(position), reward_of(rating)
        self._now.judge(
            _label("rating", rating), lambda k: self._store.rate(k, place, rating, reward)
        )
        return self.dialog.turns[place]

    def reward(self, position: int, reward: float | None) -> Turn:
        """Give a turn any number as its reward, or none; a rating of what is chosen now stays."""
        place = self._place(position)

        def act(key: int) -> int:
            rating = self._store.own_rating(key, place)
            return self._store.rate(key, place, rating, reward)

        self._now.judge(_label("reward", reward), act)
        return self.dialog.turns[place]

    def rate_dialog(self, rating: int | None) -> None:
        """Rate the whole dialog 1-5; its return follows from the rating. None clears both."""
        value = reward_of(rating)
        self._now.judge(
            _label("rating", rating), lambda k: self._store.rate(k, None, rating, value)
        )

    @property
    def judgement(self) -> Judgement:
        """What was said of the whole dialog."""
        return judgement_of(self.dialog)

    def judge(self, judgement: Judgement) -> None:
        """Say what the whole dialog was like, in place of what was said of it before."""
        value, after = judgement.value, with_judgement(self.dialog, judgement)
        self._now.judge(
            "judgement", lambda k: self._store.rate(k, None, judgement.rating, value), after
        )

    def exclude(self, position: int, excluded: bool) -> Turn:
        """Leave a turn out of training, or take it in again."""
        place = self._place(position)
        if self.dialog.turns[place].excluded != excluded:
            self._now.do(
                "exclusion",
                lambda key: self._store.exclude(key, place, excluded),
                undo=lambda key: self._store.exclude(key, place, not excluded),
            )
        return self.dialog.turns[place]

    def persona_name(self, side: int) -> str | None:
        """Name of a side's persona, None where it has none."""
        return name_of(self.dialog, side)

    def facts(self, side: int) -> tuple[Fact, ...]:
        """Facts of a side's persona, the muted ones too."""
        return facts_of(self.dialog, side)

    def set_facts(self, side: int, facts: Sequence[Fact], name: str | None) -> None:
        """Give a side other facts and a name; replies from now on are made under them.

        Args:
            side: 0 (opener) or 1 (responder).
            facts: at most eight that are not muted, and any number of muted ones.
            name: of the persona, None for none.

        Raises:
            UsageError: a fact is blank, or too many are not muted.
        """
        after = with_facts(self.dialog, side, facts, name)
        if after != self.dialog:
            self._now.edit("persona", after)

    def branch(self, position: int, text: str | None, *, speaker: int | None = None) -> None:
        """Go on with a copy of the dialog up to a turn; the old one keeps all its turns.

        Args:
            position: of the turn that is no longer copied; also the end of the dialog where
                there is no text, or a speaker is given.
            text: what a person says there; None says nothing.
            speaker: who says it, None for the speaker of the turn there.

        Raises:
            UsageError: nothing has been said yet.
        """
        old = self.key
        if old is None:
            raise UsageError("There is nothing to branch from yet: say something first.")
        dialog, said = self.dialog, None
        at_end = position == len(dialog) and (text is None or speaker is not None)
        place = position if at_end else self._place(position)
        if text is not None:
            said = Turn.say(dialog.turns[place].speaker if speaker is None else speaker, text)
        self._now.branch("branch", old, lambda: store_branch(self._store, old, dialog, place, said))

    def undo(self) -> str | None:
        """Take back what was done last and return what it was; None when there is nothing."""
        return self._now.history.undo()

    def redo(self) -> str | None:
        """Do again what was undone last and return what it was; None when there is nothing."""
        return self._now.history.redo()

    @property
    def undoable(self) -> str | None:
        """What ``undo`` would take back."""
        return self._now.history.undoable

    @property
    def redoable(self) -> str | None:
        """What ``redo`` would do again."""
        return self._now.history.redoable

    def reload(self) -> None:
        """Take the dialog as the store has it now, with what others did to it."""
        self._now.reload()

    def _add(self, turn: Turn, label: str) -> Turn:
        self._now.add(label, turn, with_goal(self.dialog, self.goals, turn.goal))
        return self.dialog.turns[-1]

    def _offer(self, position: int, candidate: Candidate, goal: str | None, label: str) -> Turn:
        place = self._place(position)
        head = with_goal(self.dialog, self.goals, goal)
        self._now.offer(label, place, candidate, goal, head)
        return self.dialog.turns[place]

    def _place(self, position: int) -> int:
        return range(len(self.dialog))[position]


def _label(name: str, value: float | None) -> str:
    return name if value is None else f"{name} {value:g}"
