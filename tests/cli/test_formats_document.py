"""What ``docs/formats.md`` shows of a training's settings are the settings there are."""

from __future__ import annotations

import re
import tomllib

from convotui.learning.plan import PolicyPlan, plan_from
from tests.conftest import REPOSITORY


def test_the_settings_in_the_document_are_the_defaults() -> None:
    document = (REPOSITORY / "docs" / "formats.md").read_text("utf-8")
    block = re.search(r"^```toml\n(algo = .*?)^```", document, re.M | re.S)
    assert block is not None
    shown = tomllib.loads(block[1])
    assert set(shown.pop("model")) >= {"model", "name"}
    assert shown == PolicyPlan().record()
    assert plan_from(shown) == PolicyPlan()
