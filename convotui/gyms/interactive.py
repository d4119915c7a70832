"""An interactive dialog: a person talks with a decoder that plays a persona, from Python."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace

from convotui.agents import DecoderAgent, speak
from convotui.decoders.decoder import Decoder
from convotui.decoders.sampling import Sampling
from convotui.dialog import (
    Candidate,
    Dialog,
    Goal,
    GoalSet,
    Persona,
    Turn,
    derive_seed,
    load_goals,
    load_persona,
)
from convotui.rewards import manual_reward


class InteractiveDialog:
    """A dialog under way: the person is speaker 0, the decoder speaker 1.

    Example:
        >>> chat = InteractiveDialog(load_decoder(), load_persona("baker"))
        >>> chat.say("hi there")
        >>> chat.say("what do you do?", goal="ask-pets")
    """

    def __init__(
        self,
        decoder: Decoder,
        persona: Persona | str | None = None,
        *,
        me: Persona | str | None = None,
        goals: GoalSet | str = "everyday",
        sampling: Sampling | None = None,
        seed: int = 0,
    ) -> None:
        """Start an empty dialog.

        Args:
            decoder: replies.
            persona: what the decoder plays, or its name; None for no persona.
            me: the person's own persona, or its name; kept with the dialog.
            goals: goal set, or its name.
            sampling: how replies are sampled.
            seed: the same lines under the same seed get the same replies.
        """
        played = load_persona(persona) if isinstance(persona, str) else persona
        mine = load_persona(me) if isinstance(me, str) else me
        self.goals = load_goals(goals) if isinstance(goals, str) else goals
        self.decoder = decoder
        self.sampling = sampling or Sampling()
        self._given: dict[str, Goal] = {}
        self.dialog = Dialog(
            id=f"chat-{uuid.uuid4().hex[:12]}",
            personas=(mine.facts if mine else (), played.facts if played else ()),
            seed=seed,
            model=decoder.name,
            version=decoder.version,
            meta={
                "persona_names": [mine and mine.name, played and played.name],
                "goal_set": self.goals.name,
                "goals": {goal.id: goal.text for goal in self.goals},
                "sampling": asdict(self.sampling),
                "prompt_format": decoder.form.name,
                "dtype": decoder.dtype,
            },
        )

    def say(self, text: str, *, goal: Goal | str | None = None) -> str:
        """Say something and get the reply.

        Args:
            text: the person's turn.
            goal: for the reply: a goal, the id of one in the set, or a text of several words.

        Raises:
            UsageError: no goal of the set has this id.
            ValueError: the text is empty.
        """
        if not text.strip():
            raise ValueError("say something: the text is empty")
        chosen = self.goals.find(goal) if isinstance(goal, str) else goal
        if chosen:
            self._given[chosen.id] = chosen
            texts = {**self.dialog.meta["goals"], chosen.id: chosen.text}
            self.dialog = replace(self.dialog, meta={**self.dialog.meta, "goals": texts})
        heard = self.dialog.add(Turn.say(0, text))
        candidate = self._reply(heard, chosen, 0)
        turn = Turn(1, (candidate,), goal=chosen.id if chosen else None)
        self.dialog = heard.add(turn)
        return turn.text

    def again(self) -> str:
        """Replace the last reply by another candidate and return it; the old one is kept."""
        turn = self._last_reply()
        before = replace(self.dialog, turns=self.dialog.turns[:-1])
        goal = self._given[turn.goal] if turn.goal else None
        candidate = self._reply(before, goal, len(turn.candidates))
        self.dialog = before.add(turn.offer(candidate))
        return candidate.text

    def correct(self, text: str) -> None:
        """Say what the last reply should have been; the dialog goes on with it.

        Raises:
            ValueError: the text is empty, or there is no reply yet.
        """
        if not text.strip():
            raise ValueError("say what the reply should have been: the text is empty")
        turn = self._last_reply().offer(Candidate(text, "human"))
        self.dialog = self.dialog.with_turn(-1, turn)

    def rate(self, rating: int) -> None:
        """Rate the last reply, 1-5."""
        turn = replace(self._last_reply(), rating=rating, reward=manual_reward(rating))
        self.dialog = self.dialog.with_turn(-1, turn)

    def _reply(self, dialog: Dialog, goal: Goal | None, number: int) -> Candidate:
        seed = derive_seed(dialog.seed or 0, "turn", len(dialog.turns), number)
        texts = {g.id: g.text for g in (*self.goals, *self._given.values())}
        agent = DecoderAgent(self.decoder, self.sampling, texts)
        return speak([agent], [dialog], 1, [goal], [seed])[0]

    def _last_reply(self) -> Turn:
        if not self.dialog.turns:
            raise ValueError("there is no reply yet: say something first")
        return self.dialog.turns[-1]
