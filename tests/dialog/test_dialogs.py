"""A dialog is never changed in place: adding or replacing a turn gives another dialog."""

from __future__ import annotations

import pytest

from convotui.dialog import Dialog, Turn

HELLO, HI, BYE = Turn.say(0, "hello!"), Turn.say(1, "hi!"), Turn.say(0, "bye!")


def test_adding_a_turn_leaves_the_dialog_as_it_was() -> None:
    dialog = Dialog("d", (("i sing.",), ()), (HELLO,), seed=3, meta={"a": 1})
    longer = dialog.add(HI)
    assert longer.turns == (HELLO, HI)
    assert dialog == Dialog("d", (("i sing.",), ()), (HELLO,), seed=3, meta={"a": 1})
    assert (longer.personas, longer.seed, longer.meta) == (dialog.personas, 3, {"a": 1})


def test_the_length_of_a_dialog_is_its_number_of_turns() -> None:
    assert len(Dialog("d")) == 0
    assert len(Dialog("d").add(HELLO).add(HI)) == 2


@pytest.mark.parametrize(
    ("index", "turns"),
    [(0, (BYE, HI)), (1, (HELLO, BYE)), (-1, (HELLO, BYE)), (-2, (BYE, HI))],
)
def test_a_turn_can_be_replaced_counted_from_either_end(
    index: int, turns: tuple[Turn, ...]
) -> None:
    dialog = Dialog("d", turns=(HELLO, HI))
    assert dialog.with_turn(index, BYE).turns == turns
    assert dialog.turns == (HELLO, HI)


@pytest.mark.parametrize("index", [2, -3])
def test_replacing_a_turn_that_is_not_there_is_an_index_error(index: int) -> None:
    with pytest.raises(IndexError, match=f"has 2 turns, none at {index}"):
        Dialog("d", turns=(HELLO, HI)).with_turn(index, BYE)


def test_dialogs_hash_whatever_their_meta_holds() -> None:
    one = Dialog("d", turns=(HELLO,), meta={"list": [1, {"deep": []}]})
    same = Dialog("d", meta={"list": [1, {"deep": []}]}).add(HELLO)
    assert one == same
    assert len({one, same}) == 1


def test_two_new_dialogs_do_not_share_their_meta() -> None:
    assert Dialog("a").meta is not Dialog("b").meta
