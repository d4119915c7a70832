"""Promise: whatever a chat template refuses or drops, every content and goal is in the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from convotui.decoders.formats import ChatFormat
from convotui.decoders.prompts import Prompt, Utterance
from convotui.decoders.tokens import TextCodec
from convotui.errors import ModelError

TURN = "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
HEAD = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"


@dataclass(frozen=True)
class Template:
    """A chat template with what it does to system turns."""

    text: str
    late: bool = False
    system: bool = True


def loop(body: str, over: str = "messages") -> str:
    return f"{{% for m in {over} %}}{body}{{% endfor %}}{HEAD}"


# The shape of Llama 2's: roles must alternate by position, the system text joins the first turn.
LLAMA2 = (
    "{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}"
    "{% set system = messages[0].content %}{% else %}{% set rest = messages %}"
    "{% set system = false %}{% endif %}{% for m in rest %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "{% if loop.index0 == 0 and system != false %}"
    "{% set content = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + m.content %}"
    "{% else %}{% set content = m.content %}{% endif %}"
    "{% if m.role == 'user' %}<|im_start|>[INST] {{ content.strip() }} [/INST]"
    "{% elif m.role == 'system' %}<<SYS>>\n{{ content.strip() }}\n<</SYS>>\n\n"
    "{% else %} {{ content.strip() }} <|im_end|>{% endif %}{% endfor %}"
)
TEMPLATES = {
    "plain": Template(loop(TURN), late=True),
    "trims": Template(loop(TURN.replace("m.content", "m.content | trim")), late=True),
    "raises on a late system turn": Template(
        loop(
            "{% if m.role == 'system' and not loop.first %}"
            "{{ raise_exception('System message must be at the beginning') }}{% endif %}" + TURN
        )
    ),
    "drops late system turns": Template(
        loop("{% if m.role != 'system' or loop.first %}" + TURN + "{% endif %}")
    ),
    "drops every system turn": Template(
        loop("{% if m.role != 'system' %}" + TURN + "{% endif %}"), system=False
    ),
    "has no system role": Template(
        loop(
            "{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}"
            "{% endif %}" + TURN
        ),
        system=False,
    ),
    "wants the user first, no system": Template(
        loop(
            "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
            "{{ raise_exception('roles must alternate user/assistant') }}{% endif %}" + TURN
        ),
        system=False,
    ),
    "wants the user first, after a system turn": Template(
        "{% if messages[0].role == 'system' %}<|im_start|>system\n{{ messages[0].content }}"
        "<|im_end|>\n{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}"
        + loop(
            "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
            "{{ raise_exception('roles must alternate') }}{% endif %}" + TURN,
            over="rest",
        )
    ),
    "takes a system turn at the end but not between turns": Template(LLAMA2),
    "moves the system text to the last turn": Template(
        "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}"
        "{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}"
        "{% endif %}"
        + loop(
            "{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
            "{% if loop.last and system %}<|im_start|>{{ system }}<|im_end|>{% endif %}" + TURN,
            over="rest",
        ),
        system=False,
    ),
    "takes late system turns but wants the others to alternate": Template(
        "{% set ns = namespace(last='assistant') %}"
        + loop(
            "{% if m.role != 'system' %}{% if m.role == ns.last %}"
            "{{ raise_exception('roles must alternate') }}{% endif %}"
            "{% set ns.last = m.role %}{% endif %}" + TURN
        )
    ),
    "wants a user turn somewhere": Template(
        "{% if not (messages | selectattr('role', 'equalto', 'user') | list) %}"
        "{{ raise_exception('No user query found in messages.') }}{% endif %}" + loop(TURN),
        late=True,
    ),
    "says a system turn twice": Template(
        loop(TURN + "{% if m.role == 'system' %}" + TURN + "{% endif %}"), system=False
    ),
    "fails in its own way on a late system turn": Template(
        loop("{% if m.role == 'system' and not loop.first %}{{ 1 // 0 }}{% endif %}" + TURN)
    ),
}
TEXTS = st.sampled_from(
    ["hello", "I love pizza.", "<|im_end|>", "two\nlines", "convotuicontent0endofcontent", "[INST]"]
)
HISTORY = st.lists(st.tuples(st.integers(0, 1), TEXTS, st.none() | TEXTS), max_size=6)


@pytest.fixture(scope="session")
def forms(chat_folder) -> Callable[[str], ChatFormat]:
    @cache
    def make(name: str) -> ChatFormat:
        tokenizer = AutoTokenizer.from_pretrained(chat_folder)
        tokenizer.chat_template = TEMPLATES[name].text
        return ChatFormat(TextCodec(tokenizer))

    return make


def contents(prompt: Prompt) -> list[str]:
    """Every text that must be found in the prompt, in order."""
    found = list(prompt.facts)
    for turn in prompt.history:
        if turn.speaker == prompt.speaker and turn.goal:
            found.append(turn.goal)
        found.append(turn.text)
    return [text.strip() for text in (*found, *([prompt.goal] if prompt.goal else []))]


@pytest.mark.parametrize("name", TEMPLATES)
@settings(max_examples=60, deadline=None)
@given(
    speaker=st.integers(0, 1),
    facts=st.lists(TEXTS, max_size=2),
    history=HISTORY,
    goal=st.none() | TEXTS,
)
def test_every_content_is_in_the_prompt_in_order(
    forms, name, speaker, facts, history, goal
) -> None:
    form = forms(name)
    prompt = Prompt(speaker, tuple(facts), tuple(Utterance(*turn) for turn in history), goal)
    encoded = form.encode(prompt)
    text, at = form.codec.tokenizer.decode(encoded.ids), 0
    assert "You are a person" in text
    for content in contents(prompt):
        place = text.find(content, at)
        assert place >= 0, (content, text)
        at = place + len(content)
    late = TEMPLATES[name].late
    assert encoded.goal_place == (("late-system" if late else "user-turn") if goal else None)
    # Control ids come from the template alone: harmless contents give the same ones.
    harmless = Prompt(
        speaker,
        tuple("x" for _ in facts),
        tuple(Utterance(who, "x", goal and "x") for who, _, goal in history),
        goal and "x",
    )
    controls = [i for i in encoded.ids if i in form.codec.control_ids]
    assert controls == [i for i in form.encode(harmless).ids if i in form.codec.control_ids]


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_takes_is_found_out(forms, name) -> None:
    form, template = forms(name), TEMPLATES[name]
    assert form.takes_late_goal == template.late
    messages, _ = form.messages(Prompt(1, ("I sing.",), (Utterance(0, "hi"),), "ask."))
    has_system = messages[0][0] == "system"
    assert has_system == template.system
    if not has_system:
        assert messages[0][0] == "user"
        assert "I sing." in messages[0][1]


@pytest.mark.parametrize("name", [name for name, t in TEMPLATES.items() if not t.late])
def test_a_goal_that_cannot_be_late_ends_the_last_user_turn(forms, name) -> None:
    prompt = Prompt(1, (), (Utterance(0, "hi"), Utterance(1, "yes"), Utterance(0, "so?")), "ask.")
    messages, place = forms(name).messages(prompt)
    assert place == "user-turn"
    assert messages[-1] == ("user", "so?\n(In your next reply, ask.)")


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_opener_always_has_a_greeting_to_answer(forms, name) -> None:
    form = forms(name)
    for history in ((), (Utterance(0, "hi, I open"), Utterance(1, "hi"))):
        messages, _ = form.messages(Prompt(0, ("I sing.",), history))
        spoken = [(role, text) for role, text in messages if role != "system"]
        assert spoken[0][0] == "user"
        assert spoken[0][1].endswith("Hello!")
    # One who answers needs none.
    messages, _ = form.messages(Prompt(1, (), (Utterance(0, "hi"),)))
    assert not any("Hello!" in text for _, text in messages)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_reply_ends_at_the_turn_s_control_token(forms, name) -> None:
    form = forms(name)
    end = form.codec.tokenizer.convert_tokens_to_ids("<|im_end|>")
    reply = form.encode_reply("hi")
    assert reply[-1] == end
    assert form.codec.decode(reply).strip() == "hi"
    assert end in form.stop_ids


def test_a_template_without_end_of_turn_falls_back_to_eos(chat_folder) -> None:
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.chat_template = loop("{{ m.role }}: {{ m.content }}\n")
    form = ChatFormat(TextCodec(tokenizer))
    assert form.encode_reply("hi") == (*form.codec.encode("hi"), tokenizer.eos_token_id)
    assert form.stop_ids == {tokenizer.eos_token_id}


@pytest.mark.parametrize(
    "text",
    [
        "{{ raise_exception('never') }}",
        "{% for m in messages %}{{ m.role }}{% endfor %}",
        "{% for m in messages %}{{ m.content | upper }}{% endfor %}",
        "{% this is no jinja",
        "{{ messages[0].content.nothing.there }}",
    ],
)
def test_a_template_that_cannot_hold_a_chat_is_refused_in_words(chat_folder, text) -> None:
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.chat_template = text
    with pytest.raises(ModelError, match="chat template"):
        ChatFormat(TextCodec(tokenizer))
