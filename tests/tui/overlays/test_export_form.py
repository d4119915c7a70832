"""The export form: formats, files that exist, what goes wrong."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

import convotui.tui
from convotui.dialog import Dialog, Turn
from convotui.dialog.markdown import dialog_markdown
from convotui.errors import ConvoTUIError
from convotui.store import read_dialogs
from convotui.tui.overlays.ask import Confirm
from convotui.tui.overlays.export_form import ExportForm, write_export

DIALOGS = tuple(Dialog(id=f"d{k}", turns=(Turn.say(0, f"hi {k}"),)) for k in range(3))


class Host(App[None]):
    CSS_PATH = Path(convotui.tui.__file__).parent / "styles.tcss"

    def __init__(self, path: Path | str, what: str = "3 dialogs") -> None:
        super().__init__()
        self.asked = 0
        self.form = ExportForm(Path(path), self.dialogs, what=what)
        self.results: list[tuple[Path, str] | None] = []

    def dialogs(self) -> Iterable[Dialog]:
        self.asked += 1
        return iter(DIALOGS)

    def on_mount(self) -> None:
        self.push_screen(self.form, self.results.append)


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_json_lines_come_back_as_the_same_dialogs(tmp_path: Path) -> None:
    app = Host(tmp_path / "out.jsonl")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        await settled(pilot)
    assert app.results == [(tmp_path / "out.jsonl", "jsonl")]
    assert tuple(read_dialogs(tmp_path / "out.jsonl")) == DIALOGS


async def test_markdown_holds_every_dialog_and_changes_the_ending(tmp_path: Path) -> None:
    app = Host(tmp_path / "out.jsonl")
    async with app.run_test() as pilot:
        await pilot.press("enter", "right", "enter", "enter")
        await settled(pilot)
    assert app.results == [(tmp_path / "out.md", "markdown")]
    written = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert all(dialog_markdown(dialog) in written for dialog in DIALOGS)


async def test_an_ending_of_ones_own_stays(tmp_path: Path) -> None:
    app = Host(tmp_path / "talk.txt")
    async with app.run_test() as pilot:
        await pilot.press("enter", "2", "ctrl+s")
        await settled(pilot)
    assert app.results == [(tmp_path / "talk.txt", "markdown")]


@pytest.mark.parametrize("no", ["n", "escape"])
async def test_a_file_that_exists_is_kept_unless_one_says_so(tmp_path: Path, no: str) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("mine")
    app = Host(path)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, Confirm)
        await pilot.press(no)
        await settled(pilot)
        assert path.read_text() == "mine"
        assert app.screen is app.form
        await pilot.press("ctrl+s", "y")
        await settled(pilot)
    assert tuple(read_dialogs(path)) == DIALOGS
    assert app.results == [(path, "jsonl")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the name of a file."),
        ("{}", "is a folder: add the name of a file."),
        ("{}/no/out.jsonl", "There is no folder"),
        ("{}/a.jsonl/b.jsonl", "There is no folder"),
        ("~nobody-at-all/x.jsonl", "There is no folder"),
        ("{}/" + "x" * 300, "too long"),
    ],
)
@pytest.mark.parametrize("form", ["1", "2"])
async def test_a_path_that_cannot_be_is_refused_and_can_be_mended(
    tmp_path: Path, typed: str, sentence: str, form: str
) -> None:
    (tmp_path / "a.jsonl").write_text("a file")
    app = Host("unused.jsonl")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", form)
        field = app.form.query_one(Input)
        field.value = typed.format(tmp_path)
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert sentence in " ".join(str(app.form.query_one("#export-problem").render()).split())
        assert app.results == []
        field.value = str(tmp_path / "good")
        await pilot.press("ctrl+s")
        await settled(pilot)
    assert [result and result[0] for result in app.results] == [tmp_path / "good"]


async def test_a_failed_write_can_be_tried_again_with_all_dialogs(tmp_path: Path) -> None:
    class Full(Host):
        def dialogs(self) -> Iterable[Dialog]:
            yield DIALOGS[0]
            self.asked += 1
            if self.asked == 1:
                raise OSError(28, "No space left on device")
            yield from DIALOGS[1:]

    app = Full(tmp_path / "out.jsonl")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert "No space left on device" in shown(pilot)
        assert list(tmp_path.glob("*.jsonl")) == []
        await pilot.press("ctrl+s")
        await settled(pilot)
    assert tuple(read_dialogs(tmp_path / "out.jsonl")) == DIALOGS


async def test_esc_writes_nothing(tmp_path: Path) -> None:
    app = Host(tmp_path / "out.jsonl")
    async with app.run_test() as pilot:
        await pilot.press("escape")
    assert app.results == [None]
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("form", ["jsonl", "markdown"])
def test_a_path_that_is_no_file_is_left_alone(tmp_path: Path, form: str) -> None:
    with pytest.raises(ConvoTUIError, match="not a file"):
        write_export(tmp_path, form, DIALOGS)


async def test_hostile_titles_are_shown_safely(hostile_texts: tuple[str, ...]) -> None:
    app = Host("x.jsonl", what=" ".join(hostile_texts))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        assert "\\x1b]52;c;" in shown(pilot)
        assert not set(shown(pilot)) & set("\x1b\x9b\x07\x90\x00\r\u202e")
