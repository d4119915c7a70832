"""How a run begins: the form is read, checked, and played as soon as there is a model."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import on, work

from convotui.dialog import GoalSet, load_goals
from convotui.errors import UsageError
from convotui.gyms.plan import SelfPlayPlan
from convotui.tui.overlays.ask import Confirm, PickOne
from convotui.tui.play_choices import choices_of
from convotui.tui.plays import Play
from convotui.tui.screens.selfplay_dialog import DialogActions
from convotui.tui.widgets.play_form import PlayForm

BUSY = "A run is going on: stop it first, or wait for its end (esc goes there)."


class StartActions(DialogActions):
    """The part of the self-play screen that starts runs.

    Attributes:
        running: the run under way, shown or not.
    """

    def __init__(self) -> None:
        """Begin without a run."""
        super().__init__()
        self.running: Play | None = None
        self._waiting: tuple[SelfPlayPlan, Path | None] | None = None

    def play(self, plan: SelfPlayPlan, out: Path | None) -> None:
        """Hand a plan to the engine and show its run."""
        raise NotImplementedError

    def keys_in_use(self) -> set[int]:
        """Keys of the dialogs being played."""
        episodes = self.running.episodes.values() if self.running else ()
        return {e.key for e in episodes if e.active and e.key is not None}

    def model_ready(self) -> None:
        """Start what was waiting for a model."""
        if self._waiting is not None:
            plan, out = self._waiting
            self._waiting = None
            self.play(plan, out)

    def model_failed(self) -> None:
        """Say why what was waiting for a model does not start."""
        if self._waiting is not None:
            self._waiting = None
            self.query_one(PlayForm).problem(self._no_model())

    @on(PlayForm.Started)
    def _form_started(self, event: PlayForm.Started) -> None:
        self.start(event.plan, event.out, ask=True)

    @work(exclusive=True, group="start")
    async def start(self, plan: SelfPlayPlan, out: Path | None, *, ask: bool = False) -> None:
        """Check a plan and play it, as soon as there is a model."""
        form = self.query_one(PlayForm)
        if self._is_busy():
            form.problem(BUSY)
            return
        try:
            # It reads files, and imports a policy of the person's own.
            await asyncio.to_thread(plan.resolve)
        except UsageError as problem:
            form.problem(str(problem))
            return
        if ask and out is not None and out.exists():
            question = f"{out} exists already. Replace it when the run ends?"
            answer = Confirm(question, yes="replace it", no="change the form")
            if not await self.app.push_screen_wait(answer):
                return
        if self._is_busy():
            form.problem(BUSY)
        elif self.convo.model is not None:
            self.play(plan, out)
        elif self.convo.model_problem:
            form.problem(self._no_model())
        else:
            self._waiting = (plan, out)
            form.problem("The model is not loaded yet: the run starts as soon as it is.")

    def _is_busy(self) -> bool:
        return self.running is not None

    def _no_model(self) -> str:
        why = self.convo.model_problem or "There is no model."
        return f"{why} Load another model (F9 opens the palette), then start again."

    @on(PlayForm.PickWanted)
    @work
    async def _pick(self, event: PlayForm.PickWanted) -> None:
        form = self.query_one(PlayForm)
        try:
            goals = form.chosen_goals()
            known = goals if isinstance(goals, GoalSet) else load_goals(goals)
            title, choices, problems = choices_of(event.field, known)
        except UsageError as problem:
            form.problem(str(problem))
            return
        form.problem(" ".join(problems))
        picked = await self.app.push_screen_wait(
            PickOne(title, choices, chosen=form.value(event.field))
        )
        if picked is not None:
            form.put(event.field, picked)
