"""A chat under way, without widgets: what is said, asked of the model, and judged."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace

from convotui.decoders.sampling import Sampling
from convotui.dialog import Candidate, Dialog, Goal, GoalSet, Persona, Turn
from convotui.engine.api import (
    MakeReply,
    ModelReady,
    ReplyReady,
)
from convotui.engine.session import Session
from convotui.errors import UsageError
from convotui.store import Store
from convotui.tui.goals import GoalChoice
from convotui.tui.replies import Host, Kind, Pending, Replies

BUSY = "A reply is being made: esc stops it."
SILENCE = "There is no reply yet: say something first."


class Talk:
    """A stored dialog with a model, and the reply it is making.

    Attributes:
        session: the dialog.
        partner: which speaker the model plays, 0 or 1.
        sampling: how replies are sampled.
        candidates: how many each new reply has.
    """

    def __init__(self, store: Store, host: Host, goals: GoalSet, sampling: Sampling) -> None:
        """Take what does not change from dialog to dialog."""
        self.store, self.host, self.sampling = store, host, sampling
        self.partner = 1
        self.candidates = 1
        self._choice, self._standing = GoalChoice(), GoalChoice()
        self._replies = Replies(host, self._take)
        self.session = Session(store, seed=0, model="", version="", goals=goals)
        self._model: ModelReady | None = None
        self._written: tuple[str, Candidate] | None = None

    # --- dialogs --------------------------------------------------------------------------

    def begin(
        self,
        me: Persona | None,
        persona: Persona | None,
        *,
        partner: int = 1,
        seed: int | None = None,
    ) -> None:
        """Begin an empty dialog; the partner says its greeting if it opens and has one."""
        self._replies.leave()
        self.partner = partner
        self.choice = GoalChoice()
        self.session = Session(
            self.store,
            seed=random.SystemRandom().getrandbits(31) if seed is None else seed,
            model="",
            version="",
            personas=(persona, me) if partner == 0 else (me, persona),
            goals=self.session.goals,
            meta={"sampling": asdict(self.sampling), "partner": partner},
        )
        self._name_model()
        if partner == 0 and persona and persona.greeting:
            self.session.say(0, persona.greeting)
        elif partner == 0 and self._model is not None:
            self.reply()
        self.host.changed()

    def reopen(self, key: int) -> None:
        """Go on with a stored dialog.

        Raises:
            StoreError: there is none with this key.
        """
        session = Session.open(self.store, key, self.session.goals)
        self._replies.leave()
        self.session = session
        self.partner = 0 if session.dialog.meta.get("partner") == 0 else 1
        self.choice = GoalChoice()
        self.host.changed()

    def continue_from(self, key: int) -> None:
        """Go on with a copy of a stored dialog that something else may still be adding to."""
        session = Session.open(self.store, key, self.session.goals)
        session.branch(len(session.dialog), None)
        # Opened anew, so that no undo leads back into the dialog that is still played.
        self.reopen(session.key or key)
        self.session.set_meta(partner=self.partner)
        self.host.changed()

    def model_ready(self, model: ModelReady) -> None:
        """Take note of which model speaks from now on."""
        self._model = model
        self._name_model()
        if self.partner == 0 and not self.session.dialog.turns and not self.pending:
            self.reply()

    def _name_model(self) -> None:
        model = self._model
        if model is not None:
            self.session.set_model(
                model.name, model.version, dtype=model.dtype, prompt_format=model.form
            )

    @property
    def dialog(self) -> Dialog:
        """The dialog as it is now."""
        return self.session.dialog

    @property
    def names(self) -> tuple[str, str]:
        """What the speakers are called on the screen."""
        partner = self.session.persona_name(self.partner) or "model"
        return (partner, "you") if self.partner == 0 else ("you", partner)

    @property
    def goal_counts(self) -> Mapping[str, int]:
        """How often each goal was given in this dialog."""
        return Counter(turn.goal for turn in self.dialog.turns if turn.goal)

    # --- saying ---------------------------------------------------------------------------

    def send(self, text: str, *, drafted: bool = True) -> None:
        """Say something and have the model reply.

        Args:
            text: what is said.
            drafted: whether it comes of what the model wrote for the person, if it did.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        me = 1 - self.partner
        written_in, written = self._written or ("", None)
        if written is not None and written.text == text:
            self.session.accept(me, (written,))
        elif drafted and written is not None and written_in == self.dialog.id:
            self.session.accept(me, (written, Candidate(text, "human")), chosen=1)
        else:
            self.session.say(me, text)
        self._written = None
        self.host.changed()
        self.reply()

    def reply(self) -> None:
        """Have the model take its next turn.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        goal = self.choice.goal
        seeds = self.session.seeds(self.candidates)
        self._ask("reply", len(self.dialog), self.partner, goal, seeds)

    def again(self, position: int | None = None) -> None:
        """Have the model make one more candidate of a turn, or its first reply to the last one.

        Raises:
            UsageError: a reply is being made, there is nothing to reply to, or the turn is the
                person's own and has been answered.
        """
        self._check_free()
        turns = self.dialog.turns
        unanswered = bool(turns) and turns[-1].speaker != self.partner
        if unanswered and position in (None, len(turns) - 1):
            self.reply()
            return
        place, turn = self.turn_of_model(position)
        goal = self.choice.goal
        if goal is None and turn.goal:
            goal = self.goal(turn.goal)
        seeds = self.session.seeds(position=place)
        self._ask("candidate", place, turn.speaker, goal, seeds)

    def write_for_me(self) -> None:
        """Have the model write the person's next turn, as a draft.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        self._ask("draft", len(self.dialog), 1 - self.partner, None, self.session.seeds())

    def stop(self) -> bool:
        """Call the reply under way off; say whether there was one."""
        return self._replies.stop()

    @property
    def choice(self) -> GoalChoice:
        """The goal of the next reply; one that is always given comes back after one given once."""
        return self._choice

    @choice.setter
    def choice(self, choice: GoalChoice) -> None:
        if choice.always or choice.goal is None:
            self._standing = choice
        self._choice = choice

    @property
    def pending(self) -> Pending | None:
        """The reply under way."""
        return self._replies.pending

    def _ask(
        self, kind: Kind, position: int, speaker: int, goal: Goal | None, seeds: tuple[int, ...]
    ) -> None:
        self._name_model()
        before = replace(self.dialog, turns=self.dialog.turns[:position])
        request = MakeReply(
            before, speaker, seeds, goal, dict(self.session.goal_texts), self.sampling
        )
        self._replies.ask(request, kind, position)

    def _take(self, pending: Pending, ready: ReplyReady) -> None:
        """Store a finished reply, and only then show it."""
        goal = pending.goal.id if pending.goal else None
        if pending.kind == "reply":
            self.session.accept(pending.speaker, ready.candidates, goal=goal)
        elif pending.kind == "candidate":
            self.session.offer(pending.position, ready.candidates[0], goal=goal)
        else:
            self._written = self.dialog.id, ready.candidates[0]
            self.host.drafted(ready.candidates[0].text)
        if pending.kind != "draft" and self.choice == GoalChoice(pending.goal):
            self._choice = self._standing  # used up, unless another one was chosen meanwhile
        if ready.dropped_turns:
            self.host.flash(f"{ready.dropped_turns} oldest turns no longer fit and were left out")
        elif "length" in ready.stops:
            self.host.flash(f"cut at {self.sampling.max_new_tokens} tokens")
        self.host.changed()

    def use_sampling(self, sampling: Sampling, candidates: int | None = None) -> None:
        """Sample replies like this from now on; kept with the dialog."""
        self.sampling = sampling
        self.candidates = self.candidates if candidates is None else candidates
        self.session.set_meta(sampling=asdict(sampling))

    # --- judging and changing -------------------------------------------------------------

    def target(self, position: int | None) -> int:
        """Return the turn meant: the one at the cursor, else the model's last.

        Raises:
            UsageError: there is none yet.
        """
        turns = self.dialog.turns
        if position is not None and 0 <= position < len(turns):
            return position
        for place in range(len(turns) - 1, -1, -1):
            if turns[place].speaker == self.partner:
                return place
        raise UsageError(SILENCE)

    def swipe(self, position: int | None, step: int) -> None:
        """Choose the next or previous candidate of a turn; past the last one a new one is made.

        Raises:
            UsageError: there is no turn yet, or the turn was written by the person alone.
        """
        place = self.target(position)
        turn = self.dialog.turns[place]
        number = turn.chosen + step
        if 0 <= number < len(turn.candidates):
            self.session.choose(place, number)
            self.host.changed()
        elif number < 0:
            self.host.flash("that is the first candidate")
        elif turn.speaker != self.partner:
            raise UsageError("That is your own turn: e edits it.")
        else:
            self.again(place)

    def correct(self, position: int, text: str) -> None:
        """Say what a turn of the model should have been.

        Raises:
            UsageError: it is no longer there.
        """
        self._check_there(position, self.partner)
        self.session.correct(position, text)
        self.host.changed()

    def edit(self, position: int, text: str) -> None:
        """Say an own turn anew, in a branch; the dialog as it was stays.

        Raises:
            UsageError: a reply is being made, or the turn is no longer there.
        """
        self._check_free()
        self._check_there(position, 1 - self.partner)
        before = self.session.key
        self.session.branch(position, text)
        self.host.flash(f"a branch; dialog {before} stays as it was, u goes back")
        self.host.changed()
        self.reply()

    def cut(self, position: int) -> None:
        """Go on from a turn in a branch, without what came after it.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        before = self.session.key
        self.session.branch(position + 1, None)
        self.host.flash(f"a branch; dialog {before} stays as it was, u goes back")
        self.host.changed()

    def undo(self) -> None:
        """Take the last change back.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        label = self.session.undo()
        self.host.flash(f"undone: {label}" if label else "nothing to undo")
        self.host.changed()

    def redo(self) -> None:
        """Do again what was taken back.

        Raises:
            UsageError: a reply is being made.
        """
        self._check_free()
        label = self.session.redo()
        self.host.flash(f"done again: {label}" if label else "nothing to do again")
        self.host.changed()

    def turn_of_model(self, position: int | None) -> tuple[int, Turn]:
        """Return the turn meant, which must be the model's.

        Raises:
            UsageError: there is none, or it is the person's own.
        """
        place = self.target(position)
        turn = self.dialog.turns[place]
        if turn.speaker != self.partner:
            raise UsageError("That is your own turn: e edits it, in a branch.")
        return place, turn

    def turn_of_person(self, position: int | None) -> tuple[int, Turn]:
        """Return the own turn meant: the one at the cursor, else the last.

        Raises:
            UsageError: there is none, or it is the model's.
        """
        turns = self.dialog.turns
        own = [place for place, turn in enumerate(turns) if turn.speaker != self.partner]
        if position is None and own:
            return own[-1], turns[own[-1]]
        if position in own:
            return position, turns[position]
        if not own:
            raise UsageError("You have not said anything yet.")
        raise UsageError("That is the model's turn: c corrects it.")

    def goal(self, goal_id: str) -> Goal:
        """Find a goal of this dialog by its id."""
        if goal_id in self.session.goals:
            return self.session.goals[goal_id]
        return Goal(goal_id, self.session.goal_texts.get(goal_id, goal_id))

    def _check_there(self, position: int, speaker: int) -> None:
        turns = self.dialog.turns
        if position >= len(turns) or turns[position].speaker != speaker:
            raise UsageError(
                "That turn is no longer there (u took it back): ctrl+y may bring it back."
            )

    def _check_free(self) -> None:
        if self.pending is not None:
            raise UsageError(BUSY)
