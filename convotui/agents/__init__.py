"""What speaks: a decoder playing a persona, a person, or a replayed transcript."""

from convotui.agents.speakers import Agent, DecoderAgent, PersonAgent, TranscriptAgent, speak

__all__ = ["Agent", "DecoderAgent", "PersonAgent", "TranscriptAgent", "speak"]
