"""Drafts and preferences are kept by name until they are taken away."""

from __future__ import annotations

from pathlib import Path

from convotui.store import Store
from tests.dialog.strategies import HOSTILE


def test_a_text_is_kept_by_its_name_also_after_reopening(path: Path) -> None:
    with Store(path) as store:
        assert store.kept("draft") is None
        store.keep("draft", "half a sen")
        store.keep("theme", "")
    with Store(path) as store:
        assert (store.kept("draft"), store.kept("theme")) == ("half a sen", "")
        assert store.kept("other") is None


def test_the_newest_text_of_a_name_is_kept_and_none_removes_it(store: Store) -> None:
    store.keep("other", "stays")
    for text in ("one", "two", None, None, "three"):
        store.keep("draft", text)
        assert store.kept("draft") == text
    assert store.kept("other") == "stays"


def test_any_text_is_kept_as_it_is(store: Store) -> None:
    for text in HOSTILE:
        store.keep(text, text)
    assert [store.kept(text) for text in HOSTILE] == list(HOSTILE)


def test_half_a_surrogate_pair_is_replaced_in_name_and_text(store: Store) -> None:
    store.keep("draft\udcff", "typed \udcff")
    assert store.kept("draft\udcff") == "typed \ufffd"
