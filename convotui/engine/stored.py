"""A dialog in memory that equals the one in the store after every change, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.history import History, Step
from convotui.store import Store

T = TypeVar("T")
_ABSENT = object()


class StoredDialog:
    """A dialog and its key: each change is one transaction, and is taken over with its commit.

    A change has a label for its step in the history. ``head`` is the dialog with the personas
    and meta that it is to have from then on; only what differs from now is changed.

    Attributes:
        dialog: as it is now; never changed in place.
        key: its key in the store; None until it is first needed there.
        history: what can be undone and redone.
    """

    def __init__(self, store: Store, dialog: Dialog, key: int | None = None) -> None:
        """Hold a dialog.

        Args:
            store: where it is kept.
            dialog: as the store has it, or a new one.
            key: its key in the store, None for a new one.
        """
        self._store = store
        self.dialog = dialog
        self.key = key
        self.history = History()

    def reload(self) -> None:
        """Take the dialog as the store has it."""
        if self.key is not None:
            self.dialog = self._store.load(self.key)

    def add(self, label: str, turn: Turn, head: Dialog) -> None:
        """Add a turn; undone it is taken out, and nothing of it is lost."""
        now, place = self.dialog, len(self.dialog)

        def act(key: int) -> None:
            self._write(key, now, head)
            self._store.add_turns([(key, place, turn)])

        self._change(act)
        self._record(
            label,
            lambda key: self._store.remove_last(key, place),
            lambda key: self._store.put_back(key, place),
        )

    def offer(
        self, label: str, place: int, candidate: Candidate, goal: str | None, head: Dialog
    ) -> None:
        """Add a candidate to a turn and choose it; undone the former one is chosen again."""
        now, before = self.dialog, self.dialog.turns[place].chosen

        def act(key: int) -> None:
            self._write(key, now, head)
            self._store.add_candidate(key, place, candidate, goal=goal)

        self._change(act)
        after = self.dialog.turns[place].chosen
        self._record(
            label,
            lambda key: self._store.choose(key, place, before),
            lambda key: self._store.choose(key, place, after),
        )

    def judge(self, label: str, act: Callable[[int], int], head: Dialog | None = None) -> None:
        """Record a judgement; undone the one before it counts again.

        Args:
            label: of the step.
            act: given the dialog's key, records it in the store and returns its key.
            head: where words come with it.
        """
        # Without their turns, which a step would hold on to.
        before = replace(self.dialog, turns=())
        after = before if head is None else replace(head, turns=())

        def first(key: int) -> int:
            self._write(key, before, after)
            return act(key)

        judgement = self._change(first)

        def undo(key: int) -> None:
            self._write(key, after, before)
            self._store.withdraw(judgement)

        def redo(key: int) -> None:
            self._write(key, before, after)
            self._store.reinstate(judgement)

        self._record(label, undo, redo)

    def do(self, label: str, act: Callable[[int], None], *, undo: Callable[[int], None]) -> None:
        """Make a change in the store that is made again in the same way, given the key."""
        self._change(act)
        self._record(label, undo, act)

    def edit(self, label: str | None, head: Dialog) -> None:
        """Change personas and meta, without a step where there is no label.

        A dialog that nothing was said in stays out of the store.
        """
        now, head = replace(self.dialog, turns=()), replace(head, turns=())
        self._edit(now, head)
        if label is not None:
            self.history.record(
                Step(label, lambda: self._edit(head, now), lambda: self._edit(now, head))
            )

    def branch(self, label: str, old: int, act: Callable[[], int]) -> None:
        """Go on with another dialog; undone that one is deleted, and the old one is back.

        Args:
            label: of the step.
            old: the dialog's key.
            act: stores the other one and returns its key.
        """
        new = self._move(act)

        def undo() -> int:
            self._store.delete_dialog(new)
            self._store.restore_dialog(old)  # it may have been deleted meanwhile
            return old

        def redo() -> int:
            self._store.restore_dialog(new)
            return new

        self.history.record(Step(label, lambda: self._move(undo), lambda: self._move(redo)))

    def _change(self, act: Callable[[int], T]) -> T:
        with self._store.at_once():
            key = self._store.add_dialog(self.dialog) if self.key is None else self.key
            result = act(key)
            dialog = self._store.load(key)
        self.key, self.dialog = key, dialog
        return result

    def _move(self, act: Callable[[], int]) -> int:
        with self._store.at_once():
            key = act()
            dialog = self._store.load(key)
        self.key, self.dialog = key, dialog
        return key

    def _record(self, label: str, undo: Callable[[int], None], redo: Callable[[int], None]) -> None:
        self.history.record(Step(label, lambda: self._change(undo), lambda: self._change(redo)))

    def _edit(self, before: Dialog, after: Dialog) -> None:
        if self.key is None:
            self.dialog = _merged(self.dialog, before, after)
        else:
            self._change(lambda key: self._write(key, before, after))

    def _write(self, key: int, before: Dialog, after: Dialog) -> None:
        if before != after:
            # On what the store has now: someone else may have given the dialog a title.
            merged = _merged(self._store.load(key), before, after)
            self._store.update_dialog(
                key,
                personas=merged.personas,
                meta=merged.meta,
                model=merged.model,
                version=merged.version,
            )


def _merged(dialog: Dialog, before: Dialog, after: Dialog) -> Dialog:
    """Change in a dialog what differs between two others, turns aside; the rest stays as it is."""
    meta = dict(dialog.meta)
    for name in {*before.meta, *after.meta}:
        value = after.meta.get(name, _ABSENT)
        if value is _ABSENT:
            meta.pop(name, None)
        elif value != before.meta.get(name, _ABSENT):
            meta[name] = value
    personas = after.personas if after.personas != before.personas else dialog.personas
    changed = replace(dialog, personas=personas, meta=meta)
    if (before.model, before.version) != (after.model, after.version):
        changed = replace(changed, model=after.model, version=after.version)
    return changed
