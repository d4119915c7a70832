"""Personas and meta of a stored dialog can be replaced, each for itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.errors import StoreError
from convotui.store import Store
from tests.dialog.strategies import HOSTILE
from tests.store.helpers import small_dialog

PERSONAS = (("i dance.",), ())


def test_personas_are_replaced_and_the_rest_stays(store: Store) -> None:
    key, other = store.add_dialog(small_dialog()), store.add_dialog(small_dialog("other"))
    store.update_dialog(key, personas=PERSONAS)
    assert store.load(key) == replace(small_dialog(), personas=PERSONAS)
    assert store.load(other) == small_dialog("other")


def test_meta_is_replaced_as_a_whole_and_the_rest_stays(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.update_dialog(key, meta={"title": "rain"})
    assert store.load(key) == replace(small_dialog(), meta={"title": "rain"})
    store.update_dialog(key, meta={})
    assert store.load(key).meta == {}


def test_both_are_replaced_together(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.update_dialog(key, personas=PERSONAS, meta={"title": "rain"})
    assert store.load(key) == replace(small_dialog(), personas=PERSONAS, meta={"title": "rain"})


def test_hostile_texts_are_kept_as_they_are(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    for text in HOSTILE:
        store.update_dialog(key, personas=((text,), ()), meta={text: text})
        assert store.load(key).personas == ((text,), ())
        assert store.load(key).meta == {text: text}


def test_meta_that_is_no_json_changes_nothing(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(TypeError):
        store.update_dialog(key, personas=PERSONAS, meta={"x": object()})
    assert store.load(key) == small_dialog()


def test_a_dialog_that_is_not_there_is_a_sentence(store: Store) -> None:
    for change in ({"personas": PERSONAS}, {"meta": {}}):
        with pytest.raises(StoreError, match=r"There is no dialog 5 in the database\."):
            store.update_dialog(5, **change)
