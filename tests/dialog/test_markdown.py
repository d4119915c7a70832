"""Dialogs as Markdown: what is said about them, and texts that stay texts."""

import re

from convotui.dialog import Candidate, Dialog, Turn
from convotui.dialog.markdown import dialog_markdown

MODEL = Candidate("do you like *dogs*?", "model", seed=5, version="base")
OTHER = Candidate("i bake.", "model", seed=6, version="v0003")
MINE = Candidate("where do you hike?", "human")


def turns(*found: Turn) -> str:
    return dialog_markdown(Dialog("d", turns=found))


def test_it_says_everything_about_a_dialog() -> None:
    dialog = Dialog(
        id="chat-1",
        personas=(("i hike.", "i have two dogs."), ()),
        turns=(Turn.say(0, "hi!"), Turn(1, (MODEL,), goal="ask-pets", rating=4, reward=0.5)),
        seed=7,
        model="smollm2",
        version="base",
        rating=2,
        return_=-0.5,
        meta={
            "title": "On dogs",
            "persona_names": ["hiker", None],
            "goals": {"ask-pets": "ask about pets."},
            "judgement": {"outcome": "went well", "goal_reached": False, "note": "good\nsort of"},
        },
    )
    assert dialog_markdown(dialog) == (
        "# On dogs\n"
        "\n"
        "- id: chat-1\n"
        "- model: smollm2, version base\n"
        "- seed: 7\n"
        "- rating 2 of 5 ★★☆☆☆ · return -0.5\n"
        "- outcome: went well\n"
        "- goal reached: no\n"
        "- note: good\\\n"
        "  sort of\n"
        "\n"
        "## Persona A: hiker\n"
        "\n"
        "- i hike.\n"
        "- i have two dogs.\n"
        "\n"
        "## Persona B\n"
        "\n"
        "none\n"
        "\n"
        "## Turns\n"
        "\n"
        "**A:** hi!\n"
        "\n"
        "**B:** do you like \\*dogs\\*?\n"
        "\n"
        "- goal: ask-pets (ask about pets.)\n"
        "- rating 4 of 5 ★★★★☆ · reward +0.5\n"
    )


def test_candidates_and_corrections_are_told_apart() -> None:
    text = turns(Turn(1, (OTHER, MODEL, MINE), chosen=2))
    assert "**B:** where do you hike?\n" in text
    assert "- correction of: do you like \\*dogs\\*?\n" in text
    assert "1. model base, seed 5: do you" not in text
    assert "    1. model v0003, seed 6: i bake.\n" in text
    assert "    2. model base, seed 5: do you like \\*dogs\\*?\n" in text
    assert "    3. written by a person, **said**: where do you hike?\n" in text


def test_a_turn_left_out_of_training_says_so() -> None:
    assert "- left out of training" in turns(Turn(0, (MINE,), excluded=True))
    assert "left out" not in turns(Turn(0, (MINE,)))


def test_no_text_becomes_markup() -> None:
    for text, written in {
        "# big": "\\# big",
        "1. one": "1\\. one",
        "12) two": "12\\) two",
        "- item": "\\- item",
        "---": "\\---",
        "===": "\\===",
        "a [link](http://x)": "a \\[link\\](http://x)",
        "<b>&amp;": "\\<b\\>\\&amp;",
        "`code` $x$ a|b ~~c~~": "\\`code\\` \\$x\\$ a\\|b \\~\\~c\\~\\~",
        "back\\slash": "back\\\\slash",
        "    indented": "indented",
    }.items():
        assert f"**A:** {written}\n" in turns(Turn.say(0, text))
        assert f"**A:** x\\\n{written}\n" in turns(Turn.say(0, f"x\n\n{text}"))


def test_hostile_texts_cannot_act(hostile_texts: tuple[str, ...]) -> None:
    for text in hostile_texts:
        dialog = Dialog(
            id=text,
            personas=((text,), (text,)),
            turns=(Turn(0, (Candidate(text, "model", version=text), MINE), 1, goal=text),),
            model=text,
            version=text,
            meta={
                "title": text,
                "persona_names": [text, text],
                "goals": {text: text},
                "judgement": {"outcome": text, "goal_reached": None, "note": text},
            },
        )
        written = dialog_markdown(dialog)
        assert not set(written) & set("\x1b\x9b\x07\x90\x00\r\u202e\u2028\ud800")
        assert re.search(r"(?<!\\)[<>`\[\]]", written) is None
        written.encode("utf-8")


def test_meta_of_any_shape_is_survived() -> None:
    for odd in (None, 3, "x", ["y"], {"z": []}, {"outcome": 3, "note": ["n"]}):
        keys = ("title", "persona_names", "goals", "judgement")
        written = dialog_markdown(
            Dialog("d", turns=(Turn.say(0, "hi", goal="g"),), meta=dict.fromkeys(keys, odd))
        )
        assert "**A:** hi" in written


def test_a_rating_of_a_reply_that_was_replaced_says_so() -> None:
    turn = Turn(1, (Candidate("one", "model"), Candidate("two", "model")), 1, rating=4)
    assert "rating 4 of 5 ★★★★☆ (of another candidate)" in dialog_markdown(
        Dialog("d", turns=(turn,))
    )
