"""Whatever a text holds, it is kept as it is and never drives the terminal it is shown on."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from convotui.cli.output import ProgressBar, block, error, json_line, line, note, table
from convotui.engine.api import JobProgress
from tests.cli.conftest import Cli, Done, stored, texts
from tests.sentences import driving, is_sentence


def _typed(hostile: Iterable[str]) -> list[str]:
    """Make lines of the texts: what a line cannot hold parts them, ends are trimmed."""
    lines = (part.strip() for text in hostile for part in text.split("\n"))
    return [part for part in lines if part]


def _few(hostile: Iterable[str]) -> list[str]:
    """Pick texts for what is slow to try with all: every character there is, and odd shapes."""
    texts = list(hostile)
    odd = [text for text in texts if "\n" in text or len(text) > 200 or text[0] in "/.-=\r"]
    return ["x" + "".join(sorted(set("".join(texts)))), texts[0], *odd]


def _toml(text: str) -> str:
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def _safe(done: Done) -> Done:
    assert not driving(done.out), driving(done.out)
    assert not driving(done.err), driving(done.err)
    assert done.problems is not None
    return done


@pytest.fixture
def chat(cli: Cli, chat_folder: Path) -> Callable[..., Done]:
    def run(lines: Iterable[str], *words: object) -> Done:
        stdin = "".join(f"{text}\n" for text in lines)
        size = ("--max-new-tokens", 1, "--seed", 1)
        return _safe(cli("chat", "--plain", "--model", chat_folder, *size, *words, stdin=stdin))

    return run


def test_typed_lines_are_answered_kept_as_they_are_and_exported(
    cli: Cli, chat: Callable[..., Done], hostile_texts: tuple[str, ...]
) -> None:
    # The tiny model's context is small, and a line that does not fit is refused in words.
    lines = [text for text in _typed(hostile_texts) if len(text) < 1000]
    done = chat([f"/{text}" if text.startswith("/") else text for text in lines])
    assert done.code == 0, done.err
    assert texts(stored()[0])[::2] == lines
    assert len(done.lines) == len(lines)
    exported = _safe(cli("data", "export"))
    assert exported.out.count("\n") == 1
    assert [turn["text"] for turn in exported.records[0]["turns"]][::2] == lines


def test_corrections_are_kept_as_they_are(
    chat: Callable[..., Done], hostile_texts: tuple[str, ...]
) -> None:
    lines = _typed(hostile_texts)
    done = chat(["hi", *(f"/correct {text}" for text in lines)])
    assert done.code == 0, done.err
    candidates = stored()[0].turns[1].candidates[1:]
    assert [candidate.text for candidate in candidates] == lines


def test_goals_of_several_words_are_kept_as_they_are(
    chat: Callable[..., Done], hostile_texts: tuple[str, ...]
) -> None:
    goals = [" ".join(f"talk {text} now".split()) for text in _typed(hostile_texts)]
    short = [goal for goal in goals if len(goal) < 200]
    done = chat([line for goal in short for line in (f"/goal {goal}", "hi")])
    assert done.code == 0, done.err
    assert [turn.goal for turn in stored()[0].turns[1::2]] == short


def test_a_single_word_that_is_no_goal_is_named_safely(
    chat: Callable[..., Done], hostile_texts: tuple[str, ...]
) -> None:
    words = [text for text in _typed(hostile_texts) if len(text.split()) == 1]
    done = chat(f"/goal {word}" for word in words)
    assert done.code == 1
    assert len(done.problems) == len(words)


@pytest.mark.parametrize("command", ["/rate ", "/reward ", "/", "/persona", "/again", "/help"])
def test_commands_with_such_texts_answer_in_sentences(
    chat: Callable[..., Done], hostile_texts: tuple[str, ...], command: str
) -> None:
    chat(["hi", *(f"{command}{text}" for text in _typed(hostile_texts))], "--persona", "baker")


def test_personas_facts_are_shown_safely_and_kept_as_they_are(
    cli: Cli, chat: Callable[..., Done], hostile_texts: tuple[str, ...], tmp_path: Path
) -> None:
    facts = [text for text in hostile_texts if text.strip() and len(text) < 200]
    for number in range(0, len(facts), 8):
        path = tmp_path / f"persona-{number}.toml"
        few = facts[number : number + 8]
        greeting = f"greeting = {_toml(few[0])}"
        path.write_text(f"facts = [{', '.join(map(_toml, few))}]\n{greeting}")
        assert _safe(cli("personas", "show", path)).code == 0
        assert _safe(cli("personas", "import", path)).code == 0
        done = chat(["/persona", "hi"], "--persona", path, "--me", path, "--partner-opens")
        assert done.code == 0, done.err
        dialog = stored()[-1]
        assert dialog.personas == (tuple(few), tuple(few))
        assert texts(dialog)[0] == few[0]
    assert _safe(cli("personas", "list")).code == 0


def test_goal_sets_are_shown_safely_and_their_texts_reach_the_model(
    cli: Cli, chat: Callable[..., Done], hostile_texts: tuple[str, ...], tmp_path: Path
) -> None:
    short = [text for text in hostile_texts if text.strip() and len(text) < 200]
    goals = "".join(
        f'[[goals]]\nid = "g{i}"\ntext = {_toml(text)}\nexamples = [{_toml(text)}]\n'
        f"cues = [{_toml(text)}]\n"
        for i, text in enumerate(short)
    )
    path = tmp_path / "goals.toml"
    path.write_text(f"description = {_toml(short[0])}\n{goals}")
    shown = _safe(cli("goals", "show", path))
    assert shown.code == 0
    assert len(shown.lines) == len(short) + 1
    steps = (line for i in range(len(short)) for line in (f"/goal g{i}", "hi"))
    done = chat(["/goals", *steps], "--goals", path)
    assert done.code == 0, done.err
    given = [turn.goal for turn in stored()[0].turns[1::2]]
    assert given == [f"g{i}" for i in range(len(short))]


def test_names_and_ids_that_could_be_paths_or_more_are_refused(
    cli: Cli, hostile_texts: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    for text in hostile_texts:
        path.write_text(f'name = {_toml(text)}\nfacts = ["x"]')
        for verb in ("show", "import"):
            assert _safe(cli("personas", verb, path)).code == 2
        path.write_text(f'[[goals]]\nid = {_toml(text)}\ntext = "x"\nexamples = ["x"]')
        assert _safe(cli("goals", "show", path)).code == 2
    assert not list(tmp_path.parent.glob("**/passwd*"))


OPTIONS = [
    ("chat", "--persona"),
    ("chat", "--me"),
    ("chat", "--goals"),
    ("chat", "--config"),
    ("chat", "--dtype"),
    ("chat", "--seed"),
    ("selfplay", "--policy"),
    ("selfplay", "--out"),
    ("train-policy", "--headless", "--name"),
    ("train-policy", "--headless", "--reward"),
    ("train-policy", "--headless", "--goals"),
    ("train-policy", "--headless", "--persona-a"),
    ("train-policy", "--headless", "--algo"),
    ("train-policy", "--headless", "--state"),
    ("train-policy", "--headless", "--config"),
    ("train-policy", "--headless", "--resume", "--name"),
    ("runs", "show"),
    ("runs", "delete", "--yes"),
    ("personas", "show"),
    ("goals", "show"),
    ("models", "show"),
    ("models", "pull"),
    ("data", "import"),
    ("data", "export", "--run"),
    ("chat",),
    ("data",),
]
MODELS = ("chat", "selfplay", "train-policy")


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_words_of_a_command_are_named_safely(
    cli: Cli, hostile_texts: tuple[str, ...], words: tuple[str, ...], home: Path
) -> None:
    # Whatever is wrong must be found before a model is looked for.
    model = ("--model", "no/where") if words[0] in MODELS else ()
    for text in _few(hostile_texts):
        done = _safe(cli(*words[:1], *model, *words[1:], text))
        assert done.code in (1, 2)
        assert len(done.problems) == 1, (text, done.err)


def test_a_models_name_is_named_safely(cli: Cli, hostile_texts: tuple[str, ...]) -> None:
    for text in hostile_texts:
        assert _safe(cli("chat", "--plain", "--model", text)).code in (1, 2)


def test_a_command_that_is_none_is_named_safely(cli: Cli, hostile_texts: tuple[str, ...]) -> None:
    for text in hostile_texts:
        assert _safe(cli(text)).code == 2


def test_whole_texts_with_their_line_breaks_survive_import_and_export(
    cli: Cli,
    hostile_texts: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = [{"speaker": i % 2, "text": text} for i, text in enumerate(hostile_texts)]
    file = tmp_path / "in.jsonl"
    record = {"id": hostile_texts[0], "model": hostile_texts[1], "turns": turns}
    file.write_text(json.dumps(record) + "\n")
    assert _safe(cli("data", "import", file)).code == 0
    assert texts(stored()[0]) == list(hostile_texts)
    assert _safe(cli("data", "list")).code == 0
    out = tmp_path / "out.jsonl"
    assert _safe(cli("data", "export", "--out", out)).code == 0
    written = out.read_text(encoding="utf-8")
    assert written.count("\n") == 1
    assert not driving(written)
    exported = json.loads(written)
    assert [turn["text"] for turn in exported["turns"]] == list(hostile_texts)
    assert (exported["id"], exported["model"]) == hostile_texts[:2]
    kept = stored()
    monkeypatch.setenv("CONVOTUI_HOME", str(tmp_path / "other"))
    assert _safe(cli("data", "import", out)).code == 0
    assert stored() == kept


def test_everything_that_is_printed_is_made_safe(
    hostile_texts: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for text in hostile_texts:
        for show in (line, block, note, error, json_line):
            show(text)
        table([(text, "x"), ("y", text)])
        ProgressBar().show(JobProgress(1, text, 1, 2, 3))
    shown = capsys.readouterr()
    assert not driving(shown.out + shown.err)
    assert "markup" in shown.out


def test_the_checks_above_would_see_an_active_character(hostile_texts: tuple[str, ...]) -> None:
    active = [text for text in hostile_texts if driving(text)]
    assert len(active) > 20
    assert not is_sentence("two\nlines.")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_character_gets_its_escape(
    cli: Cli, encoding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    path.write_text('facts = ["你好"]', encoding="utf-8")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    assert cli("personas", "show", path).code == 0
    assert b"\\u4f60\\u597d" in raw.getvalue()
