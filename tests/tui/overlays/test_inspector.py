"""The prompt inspector: parts and tokens, what was cut, where the goal stands."""

from pathlib import Path
from typing import get_args

import pytest
from textual.app import App
from textual.pilot import Pilot

import convotui.tui
from convotui.decoders.prompts import GoalPlace
from convotui.engine.api import PromptPart, PromptShown
from convotui.tui.overlays.inspector import GOAL_PLACES, PromptInspector, prompt_blocks

PARTS = (
    PromptPart("template", (1, 9690, 198), ("<|im_start|>", "system", "\n")),
    PromptPart("system", (11, 12, 13), ("i", " have", " dogs")),
    PromptPart("template", (2, 198), ("<|im_end|>", "\n")),
)


def prompt(
    parts: tuple[PromptPart, ...] = PARTS, dropped: int = 0, place: GoalPlace | None = None
) -> PromptShown:
    return PromptShown(
        job=1,
        form="chat",
        parts=parts,
        dropped_turns=dropped,
        goal_place=place,
        context_length=2048,
        room_for_reply=40,
    )


def text(shown: PromptShown, cut: tuple[str, ...] = (), *, ids: bool = False) -> str:
    return "\n".join(block.plain for block in prompt_blocks(shown, cut, ids=ids))


class Host(App[None]):
    CSS_PATH = Path(convotui.tui.__file__).parent / "styles.tcss"

    def __init__(self, shown: PromptShown, cut: tuple[str, ...] = (), copy: bool = True) -> None:
        super().__init__()
        self.copied: list[str] = []
        on_copy = self.copied.append if copy else None
        self.inspector = PromptInspector(shown, cut, on_copy=on_copy)
        self.closed = False

    def on_mount(self) -> None:
        self.push_screen(self.inspector, lambda _: setattr(self, "closed", True))


def screen(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_parts_are_shown_with_their_names_counts_and_tokens() -> None:
    app = Host(prompt())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for expected in (
            "chat format · 8 of 2048 tokens · room for a reply of 40 tokens",
            "no goal for this reply",
            "the whole dialog is there",
            "template  3 tokens",
            "⟨<|im_start|>⟩·system·↵",
            "system  3 tokens",
            "i· have· dogs",
            "⟨<|im_end|>⟩·↵",
        ):
            assert expected in screen(pilot)


async def test_i_shows_every_tokens_id_and_hides_them_again() -> None:
    app = Host(prompt())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("i")
        assert "i[11]· have[12]· dogs[13]" in screen(pilot)
        assert "⟨<|im_start|>⟩[1]·system[9690]·↵[198]" in screen(pilot)
        await pilot.press("i")
        assert "[11]" not in screen(pilot)


@pytest.mark.parametrize("size", [(60, 16), (120, 36)])
async def test_turns_that_were_cut_are_named_first(size: tuple[int, int]) -> None:
    app = Host(prompt(dropped=2), ("hello there", "you\ntoo"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "2 oldest turns left out:" in screen(pilot)
        assert "✕ hello there" in screen(pilot)
        assert "✕ you too" in screen(pilot)


@pytest.mark.parametrize("place", [None, *get_args(GoalPlace)])
def test_every_place_of_a_goal_has_its_words(place: GoalPlace | None) -> None:
    assert GOAL_PLACES[place] in text(prompt(place=place))


def test_text_that_looks_like_a_control_token_is_told_from_one() -> None:
    typed = PromptPart("user", (7, 8, 9), ("<", "|im_start|", ">"))
    assert "<·|im_start|·>" in text(prompt((typed,)))
    assert "⟨" not in text(prompt((typed,)))


def test_lines_within_a_token_stay_lines() -> None:
    assert "a↵\nb·↵\n↵\nc" in text(prompt((PromptPart("user", (1, 2, 3), ("a\nb", "\n\n", "c")),)))


def test_every_token_of_a_long_prompt_is_shown_once() -> None:
    parts = tuple(
        PromptPart(f"turn {k}", tuple(range(k * 50, k * 50 + 50)), tuple(["x"] * 50))
        for k in range(40)
    )
    plain = text(prompt(parts), ids=True)
    assert [plain.count(f"x[{number}]") for number in range(2000)] == [1] * 2000
    assert [plain.count(f"\nturn {k}  50 tokens\n") for k in range(40)] == [1] * 40


async def test_y_asks_for_a_copy_of_the_text_as_the_model_reads_it() -> None:
    app = Host(prompt())
    async with app.run_test() as pilot:
        await pilot.press("y")
        assert not app.closed
    assert app.copied == ["<|im_start|>system\ni have dogs<|im_end|>\n"]


async def test_without_a_way_to_copy_no_copy_is_offered() -> None:
    app = Host(prompt(), copy=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("y")
        assert "copy" not in screen(pilot)


async def test_a_long_prompt_scrolls_by_keys() -> None:
    parts = tuple(PromptPart(f"part {k}", (1,), ("x",)) for k in range(300))
    app = Host(prompt(parts))
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert "part 299" in screen(pilot)
        await pilot.press("pageup")
        await pilot.pause()
        assert "part 299" not in screen(pilot)
        await pilot.press("g", "j")
        await pilot.pause()
        assert "chat format" not in screen(pilot)
        await pilot.press("k")
        await pilot.pause()
        assert "chat format" in screen(pilot)


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_it_closes(key: str) -> None:
    app = Host(prompt())
    async with app.run_test() as pilot:
        await pilot.press(key)
    assert app.closed


async def test_hostile_texts_are_shown_safely(hostile_texts: tuple[str, ...]) -> None:
    ids = tuple(range(len(hostile_texts)))
    app = Host(prompt((PromptPart("user", ids, hostile_texts),), dropped=9), hostile_texts)
    async with app.run_test(size=(100, 60)) as pilot:
        await pilot.pause()
        for key in ("i", "G", "i"):
            assert not set(screen(pilot)) & set("\x1b\x9b\x07\x90\x00\r\u202e")
            await pilot.press(key)
            await pilot.pause()
