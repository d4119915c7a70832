"""The transcript format: for causal language models with neither template nor control tokens."""

from __future__ import annotations

from convotui.decoders.prompts import EncodedPrompt, Part, Prompt
from convotui.decoders.tokens import TextCodec

_NAMES = ("A", "B")


class TranscriptFormat:
    """Encodes prompts as a script of lines ``A: ...`` and ``B: ...`` that the model continues.

    A line break ends a reply. The goal is a stage direction on the line before it.
    """

    name = "transcript"

    def __init__(self, codec: TextCodec) -> None:
        """Take the codec of the model's tokenizer."""
        self.codec = codec

    @property
    def stop_ids(self) -> frozenset[int]:
        """Every token with a line break, and eos if there is one."""
        eos = self.codec.tokenizer.eos_token_id
        return self.codec.newline_ids | (frozenset({eos}) if eos is not None else frozenset())

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Encode the scene, the lines so far and the head of the next one."""
        me = _NAMES[prompt.speaker]
        about = " ".join(" ".join(prompt.facts).split())
        scene = (
            f"A conversation between A and B, who just met.\nAbout {me}: {about or 'a person.'}\n"
        )
        bos = self.codec.tokenizer.bos_token_id
        parts = [Part("begin", (bos,))] if bos is not None else []
        parts.append(Part("scene", self.codec.encode(scene)))
        for turn in prompt.history:
            if turn.goal and turn.speaker == prompt.speaker:
                parts.append(self._direction(turn.goal))
            line = f"{_NAMES[turn.speaker]}: {' '.join(turn.text.split())}\n"
            parts.append(Part(f"turn of speaker {turn.speaker}", self.codec.encode(line)))
        if prompt.goal:
            parts.append(self._direction(prompt.goal))
        parts.append(Part("reply", self.codec.encode(f"{me}:")))
        return EncodedPrompt(tuple(parts), goal_place="line" if prompt.goal else None)

    def encode_reply(self, text: str) -> tuple[int, ...]:
        """Encode a reply and its line break."""
        return self.codec.encode(f" {' '.join(text.split())}\n")

    def tidy(self, text: str) -> str:
        """Keep the first line."""
        return text.strip().split("\n")[0].strip()

    def settled(self, text: str) -> str:
        """Keep the first line so far: nothing that follows changes it."""
        return self.tidy(text)

    def _direction(self, goal: str) -> Part:
        return Part("goal", self.codec.encode(f"({' '.join(goal.split())})\n"))
