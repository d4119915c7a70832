"""Branches: dialogs that begin with a copy of the first turns of another."""

from __future__ import annotations

from dataclasses import replace

from convotui.dialog import Dialog, Turn, derive_seed
from convotui.engine.facts import cut_earlier
from convotui.store import Store


def store_branch(store: Store, key: int, dialog: Dialog, turns: int, said: Turn | None) -> int:
    """Store a branch of a dialog and return its key; the dialog stays as it is.

    Args:
        store: where both are kept.
        key: the dialog's key there.
        dialog: as it is now.
        turns: how many turns are copied, with all that was offered and thought of them.
        said: the turn that follows them, if any.
    """
    with store.at_once():
        name = store.unused_id(f"{dialog.id}-b")
        meta = cut_earlier(dialog.meta, turns)
        # What was thought of the whole dialog was not thought of this one.
        meta.pop("judgement", None)
        meta["branched_from"] = {"id": dialog.id, "key": key, "turns": turns}
        # Seeds of its own, or a reply made anew at the cut would be the one of the old dialog.
        seed = derive_seed(dialog.seed or 0, "branch", name)
        branch = store.add_dialog(
            replace(dialog, id=name, turns=(), seed=seed, rating=None, return_=None, meta=meta)
        )
        store.copy_turns(key, branch, turns)
        if said is not None:
            store.add_turns([(branch, turns, said)])
    return branch
