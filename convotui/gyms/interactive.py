"""An interactive dialog: a person talks with a decoder that plays a persona, from Python."""

from __future__ import annotations

from dataclasses import replace

from convotui.agents import DecoderAgent, speak
from convotui.decoders.decoder import Decoder
from convotui.decoders.sampling import Sampling
from convotui.dialog import Candidate, Dialog, Goal, GoalSet, Persona, Turn, derive_seed
from convotui.dialog import load_goals as _load_goals
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
        persona: Persona | None = None,
        *,
        me: Persona | None = None,
        goals: GoalSet | str = "everyday",
        sampling: Sampling | None = None,
        seed: int = 0,
    ) -> None:
        """Start an empty dialog.

        Args:
            decoder: replies.
            persona: what the decoder plays; None for no persona.
            me: the person's own persona, kept with the dialog.
            goals: goal set, or its name.
            sampling: how replies are sampled.
            seed: the same lines under the same seed get the same replies.
        """
        self.goals = _load_goals(goals) if isinstance(goals, str) else goals
        self.decoder = decoder
        self.sampling = sampling or Sampling()
        self._given: dict[str, Goal] = {}
        self.dialog = Dialog(
            id=f"chat-{seed}",
            personas=(me.facts if me else (), persona.facts if persona else ()),
            seed=seed,
            model=decoder.name,
            version=decoder.version,
        )

    def say(self, text: str, *, goal: Goal | str | None = None) -> str:
        """Say something and get the reply.

        Args:
            text: the person's turn.
            goal: for the reply: a goal, or the id of one in the set.

        Raises:
            KeyError: no goal has this id.
            ValueError: the text is empty.
        """
        if not text.strip():
            raise ValueError("say something: the text is empty")
        chosen = self.goals[goal] if isinstance(goal, str) else goal
        if chosen:
            self._given[chosen.id] = chosen
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
