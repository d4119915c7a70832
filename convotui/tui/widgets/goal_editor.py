"""Edits of the set that a pane of goals shows, each saved in the person's own library at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convotui.dialog import Goal, GoalSet, display_line
from convotui.dialog.library import save_goals
from convotui.errors import ConvoTUIError
from convotui.tui import goals as sets
from convotui.tui.goals import GoalChoice
from convotui.tui.overlays.ask import Confirm

if TYPE_CHECKING:
    from convotui.tui.widgets.goal_pane import GoalPane


class GoalEditor:
    """Edits the pane's set; its coroutines run in workers, since saving may ask a question."""

    def __init__(self, pane: GoalPane) -> None:
        """Take the pane that shows the set and speaks to the person."""
        self._pane = pane
        self._deleted: list[tuple[int, Goal]] = []

    def forget(self) -> None:
        """Forget what was deleted: another set is shown."""
        self._deleted.clear()

    async def add(self, goal: Goal) -> bool:
        """Add a goal at the end."""
        return await self._save(sets.with_goal(self._goals, goal), point_at=goal.id)

    async def change(self, goal_id: str, goal: Goal) -> bool:
        """Put a goal where another one is; a choice of the old one becomes one of the new."""
        choice = self._pane.choice
        chosen = choice.goal is not None and choice.goal.id == goal_id
        return await self._save(
            sets.with_changed(self._goals, goal_id, goal),
            choice=replace(choice, goal=goal) if chosen else None,
            point_at=goal.id,
        )

    async def delete(self, goal: Goal) -> None:
        """Take a goal out, but not the last one."""
        if goal.id not in self._goals:
            return
        if len(self._goals) == 1:
            self._pane.tell("A set keeps at least one goal: write another one first.")
            return
        place = sets.place_of(self._goals, goal.id)
        if await self._save(sets.without(self._goals, goal.id)):
            self._deleted.append((place, goal))
            self._pane.tell(f"{goal.id} is deleted: u brings it back.")

    async def bring_back(self) -> None:
        """Put the goal that was deleted last back to its place."""
        if not self._deleted:
            self._pane.tell("No goal of this set was deleted.")
            return
        place, goal = self._deleted[-1]
        if goal.id in self._goals:
            self._pane.tell(f"The set has another goal {goal.id} by now: change its id first.")
        elif await self._save(sets.with_goal(self._goals, goal, place), point_at=goal.id):
            self._deleted.pop()

    async def move(self, goal: Goal, by: int) -> None:
        """Move a goal up (-1) or down (1)."""
        if goal.id not in self._goals:
            return
        after = sets.with_moved(self._goals, goal.id, by)
        if after != self._goals:
            await self._save(after, point_at=goal.id)

    @property
    def _goals(self) -> GoalSet:
        return self._pane.goals or GoalSet("", ())

    async def _save(
        self, after: GoalSet, *, choice: GoalChoice | None = None, point_at: str | None = None
    ) -> bool:
        """Save a set and show it; say why where that is not possible."""
        before = self._goals
        path = sets.own_file(after.name)
        first = not path.exists()
        if sets.changed_elsewhere(before):
            question = (
                f"Your file of the set {after.name} holds other goals than are shown. "
                "Write those that are shown over it?"
            )
            asked = Confirm(question, yes="write over it", no="leave the file as it is")
            if not await self._pane.app.push_screen_wait(asked):
                return False
        try:
            save_goals(after, overwrite=True)
        except ConvoTUIError as error:
            self._pane.notify(display_line(str(error)), severity="error", markup=False)
            return False
        if first:
            self._pane.tell(f"Saved as your own copy of the set: {path}")
        followed = choice or sets.follow(self._pane.choice, before, after)
        self._pane.take(after, followed, point_at=point_at)
        return True
