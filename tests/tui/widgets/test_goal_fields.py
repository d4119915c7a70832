"""Text fields make what they show harmless, however it came in."""

from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget

from convotui.tui.widgets.fields import LineField, TextField
from tests.dialog.active import active_in


class Host(App[None]):
    """Shows both fields."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield LineField(self._text)
        yield TextField(self._text)

    def shown(self, field: Widget) -> str:
        return "".join(field.render_line(y).text for y in range(field.size.height))


async def test_a_text_given_at_first_is_shown_harmless(hostile_texts: tuple[str, ...]) -> None:
    async with (app := Host("".join(hostile_texts[:40]))).run_test():
        for field in (app.query_one(LineField), app.query_one(TextField)):
            assert active_in(app.shown(field), allowed="\n") == []


async def test_a_pasted_text_is_shown_harmless() -> None:
    async with (app := Host()).run_test() as pilot:
        for field in (app.query_one(LineField), app.query_one(TextField)):
            field.focus()
            await pilot.pause()
            app.post_message(events.Paste("a\x1b[2Jb\x9bc"))
            await pilot.pause()
            assert app.shown(field).strip() == r"a\x1b[2Jb\x9bc"


async def test_any_text_put_in_is_shown_harmless(hostile_texts: tuple[str, ...]) -> None:
    async with (app := Host()).run_test():
        line, area = app.query_one(LineField), app.query_one(TextField)
        for text in hostile_texts:
            line.value = area.text = ""
            line.insert_text_at_cursor(text)
            area.insert(text)
            assert active_in(line.value) == active_in(area.text, allowed="\n\t") == []
            area.load_text(text)
            assert active_in(area.text, allowed="\n\t") == []


async def test_typing_is_left_alone() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"two  words ", "tab", *"one", "enter", *"two ")
        assert app.query_one(LineField).value == "two  words "
        assert app.query_one(TextField).text == "one\ntwo "


async def test_all_lines_that_are_pasted_are_kept_in_place_of_the_selection() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"ad", "left")
        app.post_message(events.Paste("b\r\nc"))
        await pilot.pause()
        assert app.query_one(LineField).value == "ab cd"
        await pilot.press("!")
        assert app.query_one(LineField).value == "ab c!d"
        app.query_one(LineField).select_all()
        app.post_message(events.Paste("new"))
        await pilot.pause()
        assert app.query_one(LineField).value == "new"
