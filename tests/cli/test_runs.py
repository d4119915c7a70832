"""``runs``: trainings, self-plays and imports in one list, shown and deleted by their names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from convotui.dialog import Dialog, Turn
from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import PolicyScore
from convotui.paths import get_paths
from convotui.runs import Run, create_run, list_runs
from convotui.store import Store
from tests.cli.conftest import COMMAND, Cli, stored
from tests.sentences import driving

MEAN, GAIN = Estimate(0.5, 0.4, 0.6, 24), Estimate(0.25, -0.1, 0.45, 24)


@pytest.fixture
def trained() -> Run:
    """Make the folder of a training that is over."""
    config = {"episodes": 8, "goals": "support", "dqn": {"gamma": 0.9}, "model": {"name": "tiny"}}
    run = create_run("mine", "train-policy", config)
    run.append("metrics.jsonl", {"episodes": 4}, {"episodes": 8})
    for stage, policy in (("baseline", "random"), ("final", "dqn")):
        score = PolicyScore(policy, (0.5,), MEAN).record()
        run.append("scores.jsonl", {"stage": stage, "episodes": 8, "score": score, "dialog": {}})
    (run.path / "checkpoints" / "best-000004").mkdir(parents=True)
    measured = {"policy": vars(MEAN), "random": vars(GAIN), "episodes": 24}
    run.set_state(
        status="done", summary={"eval": measured, "gain": {"random": vars(GAIN)}, "run": "mine"}
    )
    return run


@pytest.fixture
def played() -> str:
    """Store a self-play of two dialogs."""
    with Store(get_paths().database) as store:
        run = store.start_run("selfplay-1", "selfplay", {"episodes": 4, "sampling": {"top_k": 3}})
        for name in ("a", "b"):
            store.add_dialog(Dialog(name, turns=(Turn.say(0, "hi"),)), run)
        store.end_run(run, "cancelled", {"episodes": 2, "turns": 2})
    return run


def _rows(cli: Cli) -> list[list[str]]:
    done = cli("runs", "list")
    assert done.code == 0, done.err
    return [[cell.strip() for cell in line.split("  ") if cell] for line in done.lines]


def test_all_kinds_are_in_one_list(cli: Cli, trained: Run, played: str, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"id": "x", "turns": [{"speaker": 0, "text": "hi"}]}\n')
    assert cli("data", "import", file).code == 0
    head, *rows = _rows(cli)
    assert head == ["NAME", "KIND", "STATUS", "STARTED", "DIALOGS", "RETURN"]
    assert {(*row[:3], *row[4:]) for row in rows} == {
        ("mine", "train-policy", "done", "8", "+0.25 [-0.10, +0.45] over random"),
        ("selfplay-1", "selfplay", "cancelled", "2 of 4", "-"),
        ("import-set", "import", "done", "1", "-"),
    }
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)


def test_without_runs_the_list_has_its_head_alone(cli: Cli) -> None:
    assert len(_rows(cli)) == 1


def test_a_training_is_shown_with_settings_scores_and_gains(cli: Cli, trained: Run) -> None:
    done = cli("runs", "show", "mine")
    assert done.code == 0, done.err
    rows = [" ".join(line.split()) for line in done.lines]
    for row in (
        "status done",
        f"folder {trained.path}",
        "learned from 8 dialogs",
        "dqn.gamma 0.9",
        "model.name tiny",
        "STAGE DIALOGS POLICY RETURN 95 % INTERVAL IN",
        "baseline 8 random +0.500 +0.400 .. +0.600 24 dialogs",
        "final 8 dqn +0.500 +0.400 .. +0.600 24 dialogs",
        "MORE THAN RETURN 95 % INTERVAL IN",
        "random +0.250 -0.100 .. +0.450 24 dialogs",
    ):
        assert row in rows, rows
    assert done.err == "'convotui selfplay --policy run:mine' plays it.\n"


def test_a_training_that_was_cut_short_says_how_to_go_on(cli: Cli) -> None:
    create_run("mine", "train-policy", {"episodes": 8})
    assert _rows(cli)[1][2:] == ["interrupted", _rows(cli)[1][3], "0 of 8", "-"]
    done = cli("runs", "show", "mine")
    assert done.err == "'convotui train-policy --name mine --resume' goes on with it.\n"


@pytest.mark.parametrize("place", ["state", "summary"])
def test_a_training_that_failed_says_why(cli: Cli, place: str) -> None:
    run = create_run("mine", "train-policy", {"episodes": 8})
    why = {"message": "The loss \x1b[2J is not finite."}
    run.set_state(status="failed", **(why if place == "state" else {"summary": why}))
    done = cli("runs", "show", "mine")
    assert "problem       The loss \\x1b[2J is not finite." in done.lines


def test_a_training_that_went_wrong_is_not_advised_to_go_on(cli: Cli) -> None:
    run = create_run("mine", "train-policy", {"episodes": 8})
    run.set_state(status="failed", summary={"message": "The training went wrong: lower it."})
    done = cli("runs", "show", "mine")
    assert "The training went wrong" in done.out
    assert "--resume" not in done.err


def test_dialogs_are_counted_in_whole_rounds(cli: Cli) -> None:
    run = create_run("mine", "train-policy", {"episodes": 25, "batch": 10})
    run.append("metrics.jsonl", {"episodes": 10})
    assert _rows(cli)[1][4] == "10 of 30"
    run.append("metrics.jsonl", {"episodes": 30})
    assert _rows(cli)[1][4] == "30"


def test_a_training_that_compared_nothing_has_no_return(cli: Cli, trained: Run) -> None:
    trained.set_state(summary={"eval": {"policy": vars(MEAN)}, "gain": {}})
    assert _rows(cli)[1][-1] == "-"


def test_a_training_under_way_is_running(cli: Cli) -> None:
    with create_run("mine", "train-policy", {"episodes": 8}).holding():
        assert _rows(cli)[1][2] == "running"
        assert cli("runs", "show", "mine").err == ""


def test_a_self_play_is_shown_with_its_plan_and_summary(cli: Cli, played: str) -> None:
    done = cli("runs", "show", played)
    rows = [" ".join(line.split()) for line in done.lines]
    for row in ("status cancelled", "dialogs 2", "sampling.top_k 3", "summary.episodes 2"):
        assert row in rows
    assert done.err == "'convotui data list --run selfplay-1' lists its dialogs.\n"


def test_a_damaged_training_is_listed_and_named_and_can_be_deleted(
    cli: Cli, trained: Run, played: str
) -> None:
    (trained.path / "run.json").write_text("{")
    assert [row[:3] for row in _rows(cli)[1:]] == [
        ["mine", "-", "damaged"],
        ["selfplay-1", "selfplay", "cancelled"],
    ]
    assert str(trained.path / "run.json") in cli("runs", "list").err
    assert str(trained.path / "run.json") in cli("runs", "show", "mine").problem(1)
    assert cli("runs", "delete", "mine", "--yes").code == 0
    assert list_runs() == []


@pytest.mark.parametrize("file", ["config.toml", "metrics.jsonl", "scores.jsonl"])
@pytest.mark.parametrize("text", ["[1]\n", "{}\n", "3\n", "=\n", '{"score": {}}\n'])
def test_a_damaged_file_of_a_training_is_no_traceback(
    cli: Cli, trained: Run, file: str, text: str
) -> None:
    (trained.path / file).write_text(text)
    done = cli("runs", "show", "mine")
    assert done.code in (0, 1)
    assert len(done.problems) == done.code
    assert cli("runs", "list").code == 0


@pytest.mark.parametrize("summary", [3, [], {"eval": 3}, {"eval": {"policy": 3}}, {"gain": [1]}])
def test_a_summary_of_any_shape_is_no_traceback(cli: Cli, trained: Run, summary: object) -> None:
    trained.set_state(summary=summary)
    assert _rows(cli)[1][-1] == "-"
    assert cli("runs", "show", "mine").code == 0


def test_deleting_a_training_takes_its_folder(cli: Cli, trained: Run, played: str) -> None:
    done = cli("runs", "delete", "mine", "--yes")
    assert done.code == 0, done.err
    assert not trained.path.exists()
    assert [row[0] for row in _rows(cli)[1:]] == [played]
    assert len(stored(played)) == 2


def test_deleting_a_self_play_says_how_many_dialogs_went_with_it(
    cli: Cli, trained: Run, played: str
) -> None:
    done = cli("runs", "delete", played, "--yes")
    assert done.err == "The run selfplay-1 is deleted; 2 dialogs went with it.\n"
    assert stored() == []
    assert [row[0] for row in _rows(cli)[1:]] == ["mine"]


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False), ("", False)])
def test_deleting_asks_in_a_terminal(trained: Run, answer: str, gone: bool) -> None:
    child = pexpect.spawn(sys.executable, [*COMMAND[1:], "runs", "delete", "mine"], timeout=60)
    child.expect_exact(b"Delete the run mine with all it learned? [y/N]:")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert trained.path.exists() is not gone


def test_the_end_of_the_input_deletes_nothing(trained: Run) -> None:
    child = pexpect.spawn(sys.executable, [*COMMAND[1:], "runs", "delete", "mine"], timeout=60)
    child.expect_exact(b"[y/N]:")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert trained.path.exists()


def test_deleting_without_a_terminal_needs_a_yes(cli: Cli, trained: Run) -> None:
    assert "--yes" in cli("runs", "delete", "mine", stdin="y\n").problem(2)
    assert trained.path.exists()


def test_what_a_process_works_on_is_not_deleted(cli: Cli, trained: Run) -> None:
    with trained.holding():
        assert "works on the run mine" in cli("runs", "delete", "mine", "--yes").problem(1)
    with Store(get_paths().database) as store:
        store.start_run("play", "selfplay", {})
        assert "played now" in cli("runs", "delete", "play", "--yes").problem(1)
    assert trained.path.exists()
    assert [row[0] for row in _rows(cli)[1:]] == ["mine", "play"]


@pytest.mark.parametrize("verb", [["show"], ["delete", "--yes"]], ids=" ".join)
def test_a_name_there_is_not_is_a_sentence(
    cli: Cli, verb: list[str], hostile_texts: tuple[str, ...], trained: Run
) -> None:
    for name in ("x", "..", "../mine", "MINE", "", *hostile_texts):
        done = cli("runs", *verb, "--", name)
        assert "There is no run called" in done.problem(2)
        assert not driving(done.err)
    assert trained.path.exists()


def test_names_from_elsewhere_are_shown_safely(cli: Cli, hostile_texts: tuple[str, ...]) -> None:
    with Store(get_paths().database) as store:
        for text in hostile_texts:
            store.end_run(store.start_run(text, text, {text: text}), text, {text: text})
        names = [run["id"] for run in store.runs()]
    done = cli("runs", "list")
    assert len(done.lines) == len(hostile_texts) + 1
    for name in names[:20]:
        shown = cli("runs", "show", "--", name)
        assert shown.code == 0
        assert not driving(shown.out + shown.err + done.out)


KILLED = ["selfplay", "--headless", "--episodes", "100000", "--turns", "2", "--batch", "1"]


def test_a_self_play_that_was_killed_was_interrupted(
    cli: Cli, chat_folder: Path, home: Path
) -> None:
    words = [*COMMAND, *KILLED, "--max-new-tokens", "2", "--model", str(chat_folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert json.loads(running.stdout.readline())["turns"]
        (row,) = _rows(cli)[1:]
        assert row[1:3] == ["selfplay", "running"]
        assert "played now" in cli("runs", "delete", row[0], "--yes").problem(1)
        running.kill()
        assert running.wait() == -9
    assert _rows(cli)[1][:3] == [row[0], "selfplay", "interrupted"]
    assert "status" in cli("runs", "show", row[0]).out
    assert "interrupted" in cli("runs", "show", row[0]).out
    done = cli("runs", "delete", row[0], "--yes")
    assert done.code == 0, done.err
    assert stored() == []
