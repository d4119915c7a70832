"""The first moments of the app: nothing typed is lost, and remapped keys are checked."""

from __future__ import annotations

from convotui.config import Config
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import prompt, quiet, running, toasts
from tests.tui.test_typeahead import burst


async def test_letters_typed_before_the_first_paint_are_text(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        burst(app, *"hmm")
        await wait_until(pilot, lambda: app._chat() and prompt(app).text == "hmm")


async def test_keys_in_each_others_way_are_told_of(make_app: MakeApp) -> None:
    app = make_app(config=Config(keys={"undo": "c"}))
    async with running(app) as pilot:
        await quiet(pilot, app)
        assert "c means both" in toasts(app)
