"""Let two copies of the model talk under two personas, steered by goals, and keep the dialogs.

Run: python examples/self_play.py
"""

from pathlib import Path
from tempfile import gettempdir

from convotui import load_decoder, self_play
from convotui.store import write_dialogs

dialogs = self_play(load_decoder("auto"), episodes=2, turns=4, policy="no-repeat", seed=7)
for dialog in dialogs:
    print(f"\n{dialog.id}: {' and '.join(dialog.meta['persona_names'])}")
    for turn in dialog.turns:
        goal = f"  [{turn.goal}]" if turn.goal else ""
        print(f"  {'AB'[turn.speaker]}: {turn.text}{goal}")

path = Path(gettempdir()) / "self-play.jsonl"
print(f"\n{write_dialogs(path, dialogs)} dialogs written to {path}")
