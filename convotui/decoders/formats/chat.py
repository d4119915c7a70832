"""The chat format: any tokenizer with a chat template, without its hole for typed tokens.

``apply_chat_template`` joins strings, so a typed ``<|im_end|>`` would end a turn. Here the
template is rendered with a sentinel in place of every content; what lies between the
sentinels is the template's own and is encoded with control tokens, contents without.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from convotui.decoders.prompts import EncodedPrompt, GoalPlace, Part, Prompt
from convotui.decoders.tokens import TextCodec
from convotui.errors import ModelError

_SENTINEL = "convotuicontent{}endofcontent"
_SENTINELS = re.compile(r"convotuicontent(\d+)endofcontent")
_SCENE = "You are a person chatting with someone you just met."
_MANNER = "Reply with one short sentence."
_OPENING = "Hello!"

Message = tuple[str, str]


class ChatFormat:
    """Encodes prompts through a chat template.

    The speaker is the template's assistant, the partner its user. The persona is the system
    turn, which is always given, because some templates insert one of their own otherwise. A
    goal is a system turn just before the reply it is for, so that a new goal leaves the
    ids of the history as they were; a template that refuses or drops such a turn gets the
    goal at the end of the user turn before it instead. A speaker who opens the dialog answers
    a plain greeting: many templates demand a user turn first, and a small model with none
    takes its own persona for something to comment on.
    """

    name = "chat"

    def __init__(self, codec: TextCodec) -> None:
        """Find out what the template accepts.

        Raises:
            ModelError: not even a plain exchange can be rendered.
        """
        self.codec = codec
        self._render = lru_cache(maxsize=256)(self._render_uncached)
        self._glue = lru_cache(maxsize=256)(self._encode_glue)
        plain = (("system", "s"), ("user", "u"), ("assistant", "a"), ("user", "u"))
        self._system = self._takes(plain)
        if not self._system and not self._takes(plain[1:]):
            raise ModelError(
                "The model's chat template cannot render a plain exchange of user and assistant: "
                "it is damaged, or made for something else."
            )
        # Earlier goals stay in the history, so late turns must be taken there too, and between
        # any turns.
        goal, (user, mine) = ("system", "g"), plain[1:3]
        late = (*plain[:2], goal, mine, user, goal, mine, goal, mine, user, goal)
        self._late = self._system and self._takes((*plain[:2], goal)) and self._takes(late)
        self._end = self._find_end()

    @property
    def stop_ids(self) -> frozenset[int]:
        """The tokenizer's eos and the control token that ends the template's turns."""
        eos = self.codec.tokenizer.eos_token_id
        return frozenset({*self._end[-1:], *(() if eos is None else (eos,))})

    @property
    def takes_late_goal(self) -> bool:
        """Whether goals are system turns of their own."""
        return self._late

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Encode system turn, history with this speaker's own goals, goal and reply head."""
        messages, place = self.messages(prompt)
        parts: list[Part] = []
        for piece in self._render(tuple(role for role, _ in messages), True):
            if isinstance(piece, int):
                role, content = messages[piece]
                parts.append(Part(role, self.codec.encode(content)))
            elif piece:
                parts.append(Part("template", self._glue(piece)))
        return EncodedPrompt(tuple(parts), goal_place=place)

    def encode_reply(self, text: str) -> tuple[int, ...]:
        """Encode a reply and what ends an assistant's turn."""
        return (*self.codec.encode(text.strip()), *self._end)

    def tidy(self, text: str) -> str:
        """Strip the reply."""
        return text.strip()

    def settled(self, text: str) -> str:
        """Strip a reply under way: nothing that follows changes what is left."""
        return self.tidy(text)

    def messages(self, prompt: Prompt) -> tuple[list[Message], GoalPlace | None]:
        """Lay the prompt out as (role, content) pairs.

        Returns:
            The messages, and where the goal of this reply went.
        """
        about = " ".join(fact.strip() for fact in prompt.facts)
        system = " ".join(filter(None, [_SCENE, f"About you: {about}" if about else "", _MANNER]))
        messages: list[Message] = [("system", system)] if self._system else []
        if not prompt.history or prompt.history[0].speaker == prompt.speaker:
            messages.append(("user", _OPENING))
        for turn in prompt.history:
            own = turn.speaker == prompt.speaker
            if own and turn.goal:
                self._add_goal(messages, turn.goal)
            self._add(messages, "assistant" if own else "user", turn.text.strip())
        place = self._add_goal(messages, prompt.goal) if prompt.goal else None
        if not self._system:
            messages[0] = ("user", f"{system}\n\n{messages[0][1]}")
        return messages, place

    def _add(self, messages: list[Message], role: str, content: str) -> None:
        """Append a turn; one of the same role before it is continued, as templates alternate."""
        if messages and messages[-1][0] == role and role != "system":
            messages[-1] = (role, f"{messages[-1][1]}\n{content}")
        else:
            messages.append((role, content))

    def _add_goal(self, messages: list[Message], goal: str) -> GoalPlace:
        text = f"In your next reply, {goal.strip()}"
        if self._late:
            messages.append(("system", text))
            return "late-system"
        if messages and messages[-1][0] == "user":
            messages[-1] = ("user", f"{messages[-1][1]}\n({text})")
        else:
            messages.append(("user", f"({text})"))
        return "user-turn"

    def _takes(self, messages: tuple[Message, ...]) -> bool:
        """Say whether the template renders these messages and keeps every content."""
        roles = tuple(role for role, _ in messages)
        try:
            pieces = self._render(roles, roles[-1] != "assistant")
        except Exception:  # a template is a program: it raises what it likes
            return False
        return [p for p in pieces if isinstance(p, int)] == list(range(len(roles)))

    def _render_uncached(self, roles: tuple[str, ...], reply: bool) -> tuple[str | int, ...]:
        """Render the template once per sequence of roles.

        Returns:
            Template text (str) and indices of contents (int) in their order.
        """
        chat = [{"role": role, "content": _SENTINEL.format(i)} for i, role in enumerate(roles)]
        text: Any = self.codec.tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=reply
        )
        pieces = _SENTINELS.split(str(text))
        return tuple(int(p) if i % 2 else p for i, p in enumerate(pieces))

    def _find_end(self) -> tuple[int, ...]:
        """Ids the template writes behind an assistant's content, up to a control token."""
        roles = ("system", "user", "assistant") if self._system else ("user", "assistant")
        after = self._render(roles, False)[-1]
        ids = self._glue(after) if isinstance(after, str) else ()
        for i, token in enumerate(ids):
            if token in self.codec.control_ids:
                return ids[: i + 1]
        eos = self.codec.tokenizer.eos_token_id
        return (eos,) if eos is not None else ids

    def _encode_glue(self, text: str) -> tuple[int, ...]:
        encoded = self.codec.tokenizer(text, add_special_tokens=False)
        return tuple(encoded["input_ids"])
