"""A saved persona is the one that is loaded again, whatever its facts hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import Persona, list_personas, load_persona, save_persona
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from tests.dialog.active import active_in
from tests.dialog.strategies import HOSTILE

filled = (st.text(max_size=30) | st.sampled_from(HOSTILE)).filter(lambda text: text.strip())
QUOTES = """it's "my" \\ '''house''' and \"\"\"yours\"\"\""""


@settings(deadline=None)
@given(
    st.builds(
        Persona,
        name=st.just("any"),
        facts=st.lists(filled, min_size=1, max_size=8).map(tuple),
        greeting=st.none() | filled,
        tags=st.lists(filled, max_size=3).map(tuple),
    )
)
def test_any_persona_is_loaded_as_it_was_saved(persona: Persona) -> None:
    save_persona(persona, overwrite=True)
    assert load_persona("any") == persona


@pytest.mark.parametrize("fact", [*HOSTILE, QUOTES, "i'm", 'say "hi"', "a\r\nb", "\x85\x7f"])
def test_a_hostile_fact_is_loaded_as_it_was_saved(fact: str) -> None:
    if not fact.strip():
        return  # a persona cannot hold it in the first place
    persona = Persona("any", (fact, "i own a clock."), greeting=fact, tags=(fact,))
    path = save_persona(persona)
    assert load_persona("any") == persona
    assert load_persona(path) == persona


def test_half_a_surrogate_pair_is_replaced_since_no_file_can_hold_it() -> None:
    save_persona(Persona("half", ("i like \ud800 tea.",)))
    assert load_persona("half").facts == ("i like \ufffd tea.",)


def test_a_blank_greeting_or_tag_is_left_out() -> None:
    save_persona(Persona("blank", ("i own a clock.",), greeting=" ", tags=("", "home")))
    assert load_persona("blank") == Persona("blank", ("i own a clock.",), tags=("home",))


def test_a_persona_is_saved_in_the_users_library_and_listed(home: Path) -> None:
    path = save_persona(Persona("clocks", ("i own a clock.",)))
    assert path == home / "config" / "personas" / "clocks.toml"
    assert "clocks" in [persona.name for persona in list_personas()]


@pytest.mark.parametrize(
    "name",
    ["", "..", "../x", "a/b", "/etc/passwd", "A", "a b", "a.toml", "x" * 65, "\x1b]0;x\x07", "a\0"],
)
def test_a_name_that_is_no_slug_is_refused_and_nothing_is_written(name: str, home: Path) -> None:
    with pytest.raises(UsageError, match="A persona cannot be called") as caught:
        save_persona(Persona(name, ("i own a clock.",)), overwrite=True)
    assert active_in(str(caught.value)) == []
    assert not home.exists()


def test_a_persona_of_that_name_is_kept_unless_overwriting_is_asked_for() -> None:
    first, second = (Persona("clocks", (f"i own {n} clocks.",)) for n in (1, 2))
    save_persona(first)
    with pytest.raises(UsageError, match=r"clocks\.toml exists already"):
        save_persona(second)
    assert load_persona("clocks") == first
    save_persona(second, overwrite=True)
    assert load_persona("clocks") == second


def test_a_save_that_fails_keeps_the_old_persona(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Persona("clocks", ("i own a clock.",))
    path = save_persona(first)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(ConvoTUIError, match=r"clocks\.toml cannot be written: No space left"):
        save_persona(Persona("clocks", ("i own two clocks.",)), overwrite=True)
    assert load_persona("clocks") == first
    assert list(path.parent.iterdir()) == [path]


def test_a_library_that_cannot_be_written_is_a_sentence() -> None:
    folder = get_paths().config
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(ConvoTUIError, match=r"clocks\.toml cannot be written: .+\.$"):
        save_persona(Persona("clocks", ("i own a clock.",)))
