"""``convotui keys``: the keys in effect, what gets in whose way, and the page about them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convotui.cli.keys import markdown
from convotui.tui.keymap import all_commands
from tests.cli.conftest import Cli
from tests.conftest import REPOSITORY


@pytest.fixture
def configure(home: Path) -> Path:
    """The config file, whose folder exists."""
    path = home / "config" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_every_command_has_a_line_with_place_key_and_id(cli: Cli) -> None:
    done = cli("keys")
    assert done.code == 0
    assert done.lines[0].split() == ["PLACE", "KEY", "COMMAND", "ID"]
    assert [line.split()[-1] for line in done.lines[1:]] == [c.id for _, c in all_commands()]
    (jump,) = (line for line in done.lines if line.endswith(" jump"))
    assert jump.split() == ["Everywhere", "ctrl+o", "Jump", "to", "a", "pane", "jump"]
    assert done.err == ""


def test_the_config_moves_keys_and_conflicts_are_noted(cli: Cli, configure: Path) -> None:
    configure.write_text('[keys]\njump = "F6"\nhelp-close = "ctrl+q"\n', encoding="utf-8")
    done = cli("keys")
    assert done.code == 0
    (jump,) = (line for line in done.lines if line.endswith(" jump"))
    assert jump.split()[1] == "F6"
    assert done.err == "In Help ctrl+q never means 'Close the help': it means 'Quit' everywhere.\n"


def test_a_command_that_does_not_exist_is_refused(cli: Cli, configure: Path) -> None:
    configure.write_text('[keys]\nnothing = "x"\n', encoding="utf-8")
    assert "there is no command 'nothing'" in cli("keys").problem(2)


def test_a_key_that_does_not_exist_is_refused(cli: Cli, configure: Path) -> None:
    configure.write_text('[keys]\njump = "hyperspace"\n', encoding="utf-8")
    assert "there is no key 'hyperspace'" in cli("keys").problem(2)


def test_markdown_prints_the_page(cli: Cli) -> None:
    done = cli("keys", "--markdown")
    assert done.code == 0
    assert done.out == markdown({})


def test_the_page_names_every_command_once_per_place() -> None:
    page = markdown({})
    for title, command in all_commands():
        chapter = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
        assert chapter.count(f"| `{command.id}` |") == 1


def test_the_page_in_the_repository_is_up_to_date() -> None:
    page = (REPOSITORY / "docs" / "keys.md").read_text(encoding="utf-8")
    assert page == markdown({}), "run: python docs/keys.py"


def test_listing_keys_loads_no_model_code() -> None:
    code = (
        "import sys; from convotui.cli.keys import markdown; markdown({}); "
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=os.environ
    )
    assert done.stdout.strip() == "[]", done.stderr
