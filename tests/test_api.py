"""``from convotui import ...``: every name is there, on first use, and says what is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import convotui
from convotui import errors
from convotui.dialog import Dialog


@pytest.mark.parametrize("name", convotui.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    namespace: dict[str, object] = {}
    exec(f"from convotui import {name}", namespace)
    assert namespace[name] is getattr(convotui, name)


def test_a_star_import_brings_exactly_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from convotui import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(convotui.__all__)


def test_dir_lists_the_public_names_before_they_are_used() -> None:
    code = "import convotui; print(*dir(convotui))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    listed = done.stdout.split()
    assert set(convotui.__all__) <= set(listed)
    assert listed == sorted(listed)


def test_a_name_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = convotui.no_such_name


@pytest.mark.parametrize("room", ["decoders", "gyms"])
def test_a_lazy_room_gives_all_its_names_and_no_others(room: str) -> None:
    module = __import__(f"convotui.{room}", fromlist=["x"])
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name


def test_public_names_are_the_same_objects_as_in_their_rooms() -> None:
    assert convotui.Dialog is Dialog
    assert convotui.ConvoTUIError is errors.ConvoTUIError


def test_every_public_name_is_documented() -> None:
    for name in convotui.__all__:
        if name != "__version__":
            assert len(getattr(convotui, name).__doc__) > 20, name


def test_errors_that_a_person_can_act_on_have_one_root() -> None:
    for name in ("UsageError", "StoreError", "ModelError"):
        assert issubclass(getattr(errors, name), convotui.ConvoTUIError)
    assert errors.UsageError("x").exit_code == 2
    assert errors.StoreError("x").exit_code == errors.ModelError("x").exit_code == 1
    assert not issubclass(errors.Cancelled, convotui.ConvoTUIError)


def test_a_decoder_and_a_dialog_in_four_lines(chat_folder: object) -> None:
    decoder = convotui.load_decoder(str(chat_folder), device="cpu")
    chat = convotui.InteractiveDialog(decoder, convotui.load_persona("baker"), seed=1)
    assert chat.say("hi there", goal="ask-pets")
    dialogs = convotui.self_play(decoder, episodes=2, turns=2, policy="no-repeat", seed=1)
    assert [len(dialog) for dialog in dialogs] == [2, 2]


def test_a_model_that_is_not_there_is_an_error_of_ours() -> None:
    with pytest.raises(convotui.ConvoTUIError):
        convotui.load_decoder("nowhere")
