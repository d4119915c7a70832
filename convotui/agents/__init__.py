"""What speaks: a decoder playing a persona, a person, or a replayed transcript."""

from convotui.agents.speakers import Agent, Ask, DecoderAgent, PersonAgent, TranscriptAgent, speak

__all__ = ["Agent", "Ask", "DecoderAgent", "PersonAgent", "TranscriptAgent", "speak"]
