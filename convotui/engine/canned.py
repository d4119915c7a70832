"""A decoder without a model: canned lines, and words for tokens (torch-free)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from convotui.decoders.prompts import EncodedPrompt, GoalPlace, Part, Prompt, fit
from convotui.decoders.replies import Reply, ReplyRequest, StopReason

LINES = (
    "i work nights at the harbour, mostly with ropes.",
    "that sounds lovely, do you do it often?",
    "my sister has two cats and a very old parrot.",
    "i would rather cook at home than eat out.",
    "really? tell me more about that.",
    "i have never been abroad, but i read a lot of maps.",
    "what do you do when it rains all weekend?",
    "mostly soup, bread, and the radio in the kitchen.",
    "i play the trombone, badly, on thursdays.",
    "do you have any brothers or sisters?",
    "three, and we all talk at the same time.",
    "i grew up by the sea and still miss the noise.",
    "that is funny, my neighbour says the same.",
    "i gave up coffee last year and regret it daily.",
    "how long have you been doing that?",
    "since i was twelve, with a break for school.",
    "my garden is two tomatoes and a lot of hope.",
    "i am training for a race i may not finish.",
    "what kind of music do you like?",
    "old songs, the slower the better.",
    "i once drove all night just to see the snow.",
    "no way! what happened then?",
    "we got lost, and it was the best part.",
    "i should sleep more, everyone tells me so.",
)
CONTEXT_LENGTH = 2048


def line_for(seed: int) -> str:
    """Pick the line that a seed stands for."""
    return LINES[seed % len(LINES)]


class CannedForm:
    """A prompt format whose tokens are words; ids are given in the order words are first met."""

    name = "chat"

    def __init__(self) -> None:
        """Begin with the control token that heads a turn."""
        self.words = ["<|turn|>"]
        self._ids: dict[str, int] = {}

    @property
    def stop_ids(self) -> frozenset[int]:
        """The head of the next turn ends a reply."""
        return frozenset({0})

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Encode the facts, the turns and the goal."""
        parts = [Part("system", self.ids(" ".join(prompt.facts)))]
        for turn in prompt.history:
            own = turn.speaker == prompt.speaker
            if own and turn.goal:
                parts += [Part("template", (0,)), Part("system", self.ids(turn.goal))]
            role = "assistant" if own else "user"
            parts += [Part("template", (0,)), Part(role, self.ids(turn.text))]
        if prompt.goal:
            parts += [Part("template", (0,)), Part("system", self.ids(prompt.goal))]
        parts.append(Part("template", (0,)))
        place: GoalPlace | None = "late-system" if prompt.goal else None
        return EncodedPrompt(tuple(part for part in parts if part.ids), goal_place=place)

    def encode_reply(self, text: str) -> tuple[int, ...]:
        """Encode a reply and its end."""
        return (*self.ids(text), 0)

    def tidy(self, text: str) -> str:
        """Strip the reply."""
        return text.strip()

    def settled(self, text: str) -> str:
        """Strip a reply under way."""
        return self.tidy(text)

    def ids(self, text: str) -> tuple[int, ...]:
        """Number the words of a text."""
        found = []
        for word in text.split():
            if word not in self._ids:
                self._ids[word] = len(self.words)
                self.words.append(word)
            found.append(self._ids[word])
        return tuple(found)


@dataclass(frozen=True)
class CannedDecoder:
    """Stands in for ``convotui.decoders.decoder.Decoder`` where turns are played.

    Attributes:
        rest: takes the time of a reply.
    """

    name: str
    rest: Callable[[], object]
    version: str = "base"
    device: str = "cpu"
    dtype: str = "float32"
    context_length: int = CONTEXT_LENGTH
    form: CannedForm = field(default_factory=CannedForm)

    def encode(self, prompt: Prompt, max_new_tokens: int) -> EncodedPrompt:
        """Encode a prompt so that ``max_new_tokens`` more fit into the context."""
        return fit(self.form, prompt, self.context_length - max_new_tokens)

    def count_tokens(self, text: str) -> int:
        """Count the words of a text."""
        return len(self.form.ids(text))

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Show each id as its word, with the space before it."""
        return tuple(f" {self.form.words[i]}" if i else self.form.words[i] for i in ids)

    def reply(
        self, requests: Sequence[ReplyRequest], tick: Callable[[], None] | None = None
    ) -> list[Reply]:
        """Say the lines of the requests' seeds, one after the other."""
        replies = []
        for request in requests:
            prompt = self.encode(request.prompt, request.sampling.max_new_tokens)
            self.rest()
            if tick:
                tick()
            text = line_for(request.seed)
            stop, dropped = StopReason.EOS, prompt.dropped_turns
            if dropped:
                stop = StopReason.CONTEXT
            ids = self.form.encode_reply(text)
            replies.append(Reply(text, ids, stop, request.seed, self.version, dropped))
        return replies
