"""A goal is between the policy and its speaker: the partner's prompt never shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from convotui.agents import DecoderAgent
from convotui.decoders import Decoder, Prompt
from convotui.dialog import Candidate, Dialog, Goal, load_goals
from convotui.gyms import SelfPlayPlan, play
from convotui.gyms.plan import new_dialogs
from convotui.policies import NoRepeat

GOALS = load_goals("everyday")


@dataclass
class Overheard:
    """Prepares the prompts a decoder agent would, keeps them, and says something fixed."""

    agent: DecoderAgent
    prompts: list[Prompt] = field(default_factory=list)

    def prepare(self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int) -> Candidate:
        asked = self.agent.prepare(dialog, speaker, goal, seed)
        self.prompts.append(asked.request.prompt)
        return Candidate(f"line {len(dialog)}", "human")


def _overhear(decoder: Decoder) -> tuple[list[Prompt], list[Prompt], Dialog]:
    texts = {goal.id: goal.text for goal in GOALS}
    sides = [Overheard(DecoderAgent(decoder, goal_texts=texts)) for _ in range(2)]
    dialogs = new_dialogs(SelfPlayPlan(episodes=1, turns=6), "m", "base")
    *_, ((_, dialog, finished),) = play(
        dialogs, (sides[0], sides[1]), turns=6, policy=NoRepeat(GOALS)
    )
    assert finished
    return sides[0].prompts, sides[1].prompts, dialog


def test_the_openers_prompts_hold_its_own_goals_beside_its_own_turns(decoder: Decoder) -> None:
    opener, _, dialog = _overhear(decoder)
    given = [GOALS[turn.goal].text for turn in dialog.turns if turn.goal]
    assert [prompt.goal for prompt in opener] == given
    assert [turn.goal for turn in opener[2].history] == [given[0], None, given[1], None]


def test_the_partners_prompts_hold_no_goal_at_all(decoder: Decoder) -> None:
    _, partner, _ = _overhear(decoder)
    assert len(partner) == 3
    for prompt in partner:
        assert prompt.goal is None
        assert [turn.goal for turn in prompt.history] == [None] * len(prompt.history)


def test_no_goals_text_is_among_the_partners_tokens(decoder: Decoder) -> None:
    opener, partner, dialog = _overhear(decoder)
    given = [GOALS[turn.goal].text for turn in dialog.turns if turn.goal]

    def spelled(prompt: Prompt) -> str:
        return decoder.codec.decode(decoder.form.encode(prompt).ids)

    assert given[-1] in spelled(opener[-1])
    for prompt in partner:
        assert not [text for text in given if text in spelled(prompt)]


def test_each_side_is_given_its_own_persona_only(decoder: Decoder) -> None:
    opener, partner, dialog = _overhear(decoder)
    assert {prompt.facts for prompt in opener} == {dialog.personas[0]}
    assert {prompt.facts for prompt in partner} == {dialog.personas[1]}
