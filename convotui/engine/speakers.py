"""Which model speaks in a dialog under way, and which spoke before."""

from __future__ import annotations

from dataclasses import replace

from convotui.dialog import Dialog


def with_model(dialog: Dialog, name: str, version: str, **settings: str) -> Dialog:
    """Have another model speak from now on; the one of earlier replies stays on record.

    Args:
        dialog: as it is.
        name: of the model.
        version: its adapter version.
        settings: more to keep of it in meta, such as its dtype.
    """
    meta = {**dialog.meta, **settings}
    another = (dialog.model, dialog.version) != (name, version)
    replied = any(c.source == "model" for turn in dialog.turns for c in turn.candidates)
    if another and replied:
        entry = {"turns": len(dialog), "model": dialog.model, "version": dialog.version}
        earlier = meta.get("earlier_models")
        meta["earlier_models"] = [*(earlier if isinstance(earlier, list) else []), entry]
    return replace(dialog, model=name, version=version, meta=meta)
