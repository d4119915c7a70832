"""``convotui personas`` and ``goals``: what there is, what is in it, and bringing one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from convotui.dialog import list_goal_sets, list_personas, load_goals, load_persona
from convotui.paths import get_paths
from tests.cli.conftest import Cli

Write = Callable[[str, str], Path]
MINE = 'name = "clock-mender"\nfacts = ["i fix clocks."]\ngreeting = "hello."\ntags = ["work"]'


def test_every_shipped_persona_is_listed_with_its_first_fact(cli: Cli) -> None:
    done = cli("personas", "list")
    listed = [line.split()[0] for line in done.lines[1:]]
    assert listed == [persona.name for persona in list_personas()]
    assert len(listed) >= 40
    assert load_persona("baker").facts[0] in done.out


def test_personas_can_be_listed_by_tag(cli: Cli) -> None:
    tag = load_persona("night-nurse").tags[0]
    listed = [line.split()[0] for line in cli("personas", "list", "--tag", tag).lines[1:]]
    assert listed == [persona.name for persona in list_personas() if tag in persona.tags]
    assert cli("personas", "list", "--tag", "nothing").lines == ["NAME  FACTS  FIRST FACT"]


def test_a_persona_is_shown_whole(cli: Cli, write_toml: Write) -> None:
    done = cli("personas", "show", write_toml("mine.toml", MINE))
    assert done.lines == ["clock-mender", "  i fix clocks.", "greeting: hello.", "tags: work"]


def test_an_imported_persona_is_found_by_its_name(cli: Cli, write_toml: Write) -> None:
    done = cli("personas", "import", write_toml("mine.toml", MINE))
    path = get_paths().libraries("personas")[0] / "clock-mender.toml"
    assert done.out == f"{path}\n"
    assert load_persona("clock-mender") == load_persona(write_toml("mine.toml", MINE))
    assert "clock-mender" in cli("personas", "list").out


def test_an_import_replaces_nothing_unasked(cli: Cli, write_toml: Write) -> None:
    cli("personas", "import", write_toml("mine.toml", MINE))
    changed = write_toml("mine.toml", MINE.replace("fix clocks", "mend clocks"))
    assert "--overwrite" in cli("personas", "import", changed).problem(2)
    assert load_persona("clock-mender").facts == ("i fix clocks.",)
    assert cli("personas", "import", changed, "--overwrite").code == 0
    assert load_persona("clock-mender").facts == ("i mend clocks.",)


def test_ones_own_persona_hides_a_shipped_one(cli: Cli, write_toml: Write) -> None:
    cli("personas", "import", write_toml("x.toml", 'name = "baker"\nfacts = ["i bake."]'))
    assert cli("personas", "show", "baker").lines == ["baker", "  i bake."]


def test_a_persona_cannot_be_imported_where_nothing_can_be_written(
    cli: Cli, home: Path, write_toml: Write
) -> None:
    home.write_text("in the way")
    done = cli("personas", "import", write_toml("mine.toml", MINE))
    assert str(home) in done.problem(1)


def test_every_goal_set_is_listed_with_its_size(cli: Cli) -> None:
    rows = [line.split()[:2] for line in cli("goals", "list").lines[1:]]
    assert rows == [[goals.name, str(len(goals))] for goals in list_goal_sets()]


def test_a_goal_set_is_shown_in_order(cli: Cli) -> None:
    rows = cli("goals", "show", "everyday").lines[1:]
    assert [row.split()[0] for row in rows] == [goal.id for goal in load_goals("everyday")]
    assert "ask about pets." in rows[1]
