"""Whatever is wrong with what was asked: the right exit code and one plain sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convotui.paths import get_paths
from convotui.store import Store
from tests.cli.conftest import Cli, spawn, stored

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["chat", "--model", "nope"], 2, "nope"),
        (["chat", "--model", "no/where"], 1, "no/where"),
        (["chat", "--model", "run:x"], 2, "'x'"),
        (["chat", "--model", "personagpt"], 1, "models pull personagpt"),
        (["chat", "--persona", "nobody"], 2, "nobody"),
        (["chat", "--persona", "nobody.toml"], 2, "nobody.toml"),
        (["chat", "--me", "nobody"], 2, "nobody"),
        (["chat", "--goals", "nothing"], 2, "nothing"),
        (["chat", "--config", "no.toml"], 2, "no.toml"),
        (["selfplay", "--persona-a", "nobody"], 2, "nobody"),
        (["selfplay", "--persona-b", "nobody"], 2, "nobody"),
        (["selfplay", "--goals", "nothing"], 2, "nothing"),
        (["selfplay", "--policy", "clever"], 2, "clever"),
        (["selfplay", "--policy", "goal:ask-cars"], 2, "ask-cars"),
        (["selfplay", "--policy", "run:x"], 2, "no run called x"),
        (["selfplay", "--policy", "no.such:thing"], 2, "no.such:thing"),
        (["selfplay", "--policy", "convotui.policies.basic:NoGoal"], 2, "NoGoal"),
        (["selfplay", "--out", "no/where/a.jsonl"], 2, "no/where"),
        (["selfplay", "--out", "/"], 2, "not a file"),
        (["personas", "show", "nobody"], 2, "nobody"),
        (["personas", "import", "no.toml"], 2, "no.toml"),
        (["goals", "show", "nothing"], 2, "nothing"),
        (["models", "show", "nope"], 2, "nope"),
        (["models", "show", "smollm2"], 2, "models pull smollm2"),
        (["models", "pull", "nope"], 2, "nope"),
        (["models", "pull", "smollm2", "--from", "."], 2, "personagpt"),
        (["models", "pull", "personagpt", "--from", "no/where"], 2, "no/where"),
        (["data", "export", "--run", "x"], 2, "'x'"),
        (["data", "export", "--dialog", "7"], 2, "7"),
        (["data", "import", "no.jsonl"], 2, "no.jsonl"),
        (["nothing"], 2, "nothing"),
        (["personas", "nothing"], 2, "nothing"),
        (["chat", "--nothing"], 2, "--nothing"),
        (["--nothing"], 2, "--nothing"),
        (["chat", "word"], 2, "word"),
        (["selfplay", "--episodes"], 2, "--episodes"),
        (["selfplay", "--episodes", "many"], 2, "--episodes"),
        (["personas", "show"], 2, "name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_not_there_is_named_in_a_sentence(
    cli: Cli, words: list[str], code: int, named: str
) -> None:
    assert named.lower() in cli(*words).problem(code).lower()


NUMBERS = {
    "--seed": ["-1", "1.5", "x"],
    "--threads": ["-1", "100000", "x"],
    "--max-new-tokens": ["0", "-1", "x"],
    "--min-new-tokens": ["0", "-1", "1000"],
    "--temperature": ["0", "-1", "nan", "inf", "x"],
    "--top-k": ["-1", "x"],
    "--top-p": ["0", "-1", "1.5", "nan"],
    "--dtype": ["float16", ""],
    "--dialect": ["D", "a", ""],
}


@pytest.mark.parametrize("verb", ["chat", "selfplay"])
@pytest.mark.parametrize(
    ("option", "value"),
    [(option, value) for option, values in NUMBERS.items() for value in values],
)
def test_a_value_out_of_range_is_a_usage_error_that_names_its_option(
    cli: Cli, verb: str, option: str, value: str
) -> None:
    problem = cli(verb, option, value).problem(2)
    assert option.strip("-").replace("-", "_") in problem.replace("-", "_")


def test_a_chats_seed_must_fit_into_the_database(cli: Cli) -> None:
    assert "--seed" in cli("chat", "--seed", 2**63).problem(2)


@pytest.mark.parametrize("option", ["--episodes", "--turns", "--batch"])
@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_count_below_one_is_a_usage_error(cli: Cli, option: str, value: str) -> None:
    assert option.strip("-") in cli("selfplay", option, value).problem(2)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "tpu", "cpu:x"])
def test_a_device_there_is_not_is_a_usage_error(cli: Cli, chat_folder: Path, device: str) -> None:
    cli("chat", "--plain", "--model", chat_folder, "--device", device).problem(2)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("modell = 'x'", "modell"),
        ("[sampling]\ntop_q = 1", "sampling.top_q"),
        ("dtype = 'float16'", "dtype"),
        ("threads = -1", "threads"),
        ("threads = 'many'", "threads"),
        ("threads = true", "threads"),
        ("sampling = 3", "sampling"),
        ("[sampling]\ntemperature = 0", "temperature"),
        ("[sampling]\ntop_p = 2", "top_p"),
        ("model = ", "config.toml"),
    ],
)
def test_a_config_with_a_mistake_names_file_and_key(
    cli: Cli, home: Path, text: str, named: str
) -> None:
    path = home / "config" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    for words in (["chat", "--plain"], ["selfplay"]):
        problem = cli(*words).problem(2)
        assert named in problem
        assert str(path) in problem


def test_a_config_that_is_not_utf8_is_a_usage_error(cli: Cli, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_bytes(b"model = '\xff'")
    assert "UTF-8" in cli("chat").problem(2)


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        ("persona", "facts = []", "facts"),
        ("persona", "facts = ['a', 3]", "facts"),
        ("persona", "facts = ['']", "facts"),
        ("persona", f"facts = {['x'] * 9}", "facts"),
        ("persona", "facts = ['x']\nfact = 'y'", "fact"),
        ("persona", "facts = ['x'\n", "TOML"),
        ("persona", "name = 'Not A Slug'\nfacts = ['x']", "name"),
        ("goals", "", "goals"),
        ("goals", "[[goals]]\nid = 'x'\ntext = 'y'\nexamples = 3", "examples"),
        ("goals", "[[goals]]\nid = 'X Y'\ntext = 'y'\nexamples = ['z']", "id"),
    ],
)
def test_a_library_file_with_a_mistake_names_file_and_key(
    cli: Cli, write_toml: Write, kind: str, text: str, named: str
) -> None:
    path = write_toml("mistake.toml", text)
    problem = cli("chat", "--plain", f"--{kind}", path).problem(2)
    assert named in problem
    assert str(path) in problem
    verb = {"persona": "personas", "goals": "goals"}[kind]
    assert cli(verb, "show", path).problem(2) == problem


def test_a_library_file_that_is_not_utf8_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("facts = ['caf\xe9']".encode("latin-1"))
    for words in (["personas", "show"], ["goals", "show"], ["personas", "import"]):
        assert "UTF-8" in cli(*words, path).problem(2)


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.pt", "model.gguf"])
def test_a_folder_with_other_weights_than_safetensors_is_refused_with_a_way_out(
    cli: Cli, tmp_path: Path, chat_folder: Path, file: str
) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_bytes((chat_folder / "config.json").read_bytes())
    (folder / file).write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    problem = cli("chat", "--plain", "--model", folder).problem(1)
    assert file in problem
    assert "models pull personagpt" in problem
    assert "save_pretrained" in problem


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_folder_that_lacks_a_file_is_refused(
    cli: Cli, tmp_path: Path, chat_folder: Path, missing: str
) -> None:
    folder = tmp_path / "partial"
    folder.mkdir()
    for path in chat_folder.iterdir():
        if path.name != missing:
            (folder / path.name).write_bytes(path.read_bytes())
    assert str(folder) in cli("chat", "--plain", "--model", folder).problem(1)


def test_a_home_that_is_a_file_is_a_sentence(cli: Cli, home: Path, chat_folder: Path) -> None:
    home.write_text("in the way")
    for words in (["data", "list"], ["chat", "--plain", "--model", chat_folder], ["selfplay"]):
        done = cli(*words, stdin="hi\n")
        assert done.code in (1, 2)
        assert str(home) in done.problem(done.code)
    assert home.read_text() == "in the way"


def test_a_database_that_is_none_is_left_alone(cli: Cli, chat_folder: Path) -> None:
    path = get_paths().database
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is not a database, but somebody may want it back" * 100)
    before = path.read_bytes()
    play = ["selfplay", "--model", chat_folder]
    for words in (["data", "list"], ["chat", "--plain", "--model", chat_folder], play):
        assert str(path) in cli(*words, stdin="hi\n").problem(1)
    assert path.read_bytes() == before


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database that another process is writing to and does not let go of."""
    monkeypatch.setattr("convotui.store.database.BUSY_SECONDS", 0.2)
    path = get_paths().database
    with Store(path):
        pass
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('BEGIN IMMEDIATE'); print('mine', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"mine\n"
        yield path
        other.stdin.close()


def test_a_database_locked_by_another_process_is_a_sentence(
    cli: Cli, locked: Path, chat_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"id": "x", "turns": [{"speaker": 0, "text": "hi"}]}\n')
    assert "locked" in cli("data", "import", file).problem(1)
    assert "locked" in cli("selfplay", "--model", chat_folder).problem(1)
    chat = cli("chat", "--plain", "--model", chat_folder, stdin="one\ntwo\n")
    assert chat.code == 1
    assert ["locked" in problem for problem in chat.problems] == [True, True]


def test_reading_goes_on_while_another_process_writes(cli: Cli, locked: Path) -> None:
    assert cli("data", "list").code == 0
    assert cli("data", "export").code == 0


def test_a_log_that_cannot_be_written_is_no_reason_to_stop(
    cli: Cli, home: Path, chat_folder: Path
) -> None:
    (home / "state" / "convotui.log").mkdir(parents=True)
    assert "nope" in cli("chat", "--plain", "--model", "nope").problem(2)
    done = cli("chat", "--plain", "--model", chat_folder, "--max-new-tokens", 3, stdin="hi\n")
    assert done.code == 0
    assert len(stored()) == 1


@pytest.mark.parametrize("group", ["personas", "goals", "models", "data", "runs"])
def test_a_group_without_its_command_shows_its_help(cli: Cli, group: str) -> None:
    done = cli(group)
    assert done.code == 2
    assert f"Usage: convotui {group}" in done.err.splitlines()[0]
    assert "list" in done.err
    assert done.out == ""


def test_exit_codes_reach_the_shell(home: Path) -> None:
    assert spawn("locate").code == 0
    assert spawn("selfplay", "--episodes", 0).code == 2
    get_paths().database.mkdir(parents=True)
    failed = spawn("data", "list")
    assert failed.code == 1
    assert failed.problem(1)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_no_harm(home: Path, closed: str) -> None:
    command = f"{sys.executable} -c 'from convotui.cli import main; main()' data list {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_stdin_is_an_empty_one(cli: Cli, chat_folder: Path) -> None:
    done = cli("chat", "--plain", "--model", chat_folder, stdin=None)
    assert (done.code, done.out) == (0, "")


def test_a_reader_that_goes_away_ends_the_command_quietly(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    line = '{"id": "x", "turns": [{"speaker": 0, "text": "%s"}]}\n' % ("word " * 200)
    file.write_text(line * 300)
    assert cli("data", "import", file).code == 0
    command = f"{sys.executable} -c 'from convotui.cli import main; main()' data export"
    shell = f"{{ {command}; echo $? >&2; }} | head -c 10"
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, timeout=120)
    assert done.stderr == "1\n"
