"""A training on a model, though a tiny one: trained, shown, gone on with, played, deleted."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli

SIZE = ("--turns", 2, "--batch", 2, "--eval-every", 2, "--validation-episodes", 2)
WORDS = (*SIZE, "--eval-episodes", 2, "--max-new-tokens", 3, "--reward", "manual=1", "--seed", 1)


def test_a_policy_is_trained_gone_on_with_and_played(cli: Cli, chat_folder: Path) -> None:
    model = ("--model", chat_folder, "--dtype", "float32")
    judged = "".join(f"{1 + number % 5}\n" for number in range(200))
    train = ("train-policy", "--headless", "--name", "mine")
    done = cli(*train, *WORDS, *model, "--episodes", 4, stdin=judged)
    assert done.code == 0, done.err
    summary = done.records[-1]
    assert (summary["status"], summary["episodes"]) == ("done", 4)
    assert set(summary["gain"]) == {"none", "random", "no-repeat"}
    assert summary["eval"]["policy"]["n"] == 2
    more = cli(*train, "--resume", *model, "--episodes", 6, stdin=judged)
    assert more.code == 0, more.err
    assert [r["episodes"] for r in more.records if r.get("event") == "round"] == [6]
    shown = cli("runs", "show", "mine")
    assert "MORE THAN" in shown.out
    assert "'convotui selfplay --policy run:mine' plays it." in shown.err
    play = ("selfplay", "--headless", *model, "--episodes", 1, "--turns", 2, "--max-new-tokens", 3)
    played = cli(*play, "--policy", "run:mine")
    assert played.code == 0, played.err
    assert played.records[0]["turns"][0]["goal"] is not None
    assert played.records[0]["meta"]["policy"].startswith("run:mine")
    wrong = cli(*play, "--policy", "run:mine", "--goals", "support")
    assert "add '--goals everyday'" in wrong.problem(2)
    assert cli("runs", "delete", "mine", "--yes").code == 0
    assert "no run called mine" in cli(*play, "--policy", "run:mine").problem(2)
