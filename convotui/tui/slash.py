"""Commands typed into the chat's text field, the same as those of the plain chat."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from convotui.dialog import display_line
from convotui.errors import UsageError
from convotui.tui.goals import GoalChoice
from convotui.tui.talk import Talk

HELP = """\
/goal ID or TEXT   goal for the next reply; add "always" to keep it, "none" to drop it
/goals             go to the goals
/rate 1-5          rate the last reply; "/rate dialog 1-5" rates the whole dialog
/reward NUMBER     give the last reply any number as its reward
/correct TEXT      say what the last reply should have been
/again             another candidate of the last reply
/persona           choose what the model plays
/set NAME=VALUE    temperature, top_k, top_p, greedy, max_new_tokens, candidates
/reset             begin a new dialog
/quit              leave
//TEXT             say a line that begins with a slash"""


_WORDS = dict.fromkeys(("yes", "true", "on", "1"), True) | dict.fromkeys(
    ("no", "false", "off", "0"), False
)
SILENCE = "There is no reply yet: say something first."

ACTIONS = {
    "/help": "typed_commands",
    "/goals": "go_to('goals')",
    "/again": "again",
    "/persona": "persona",
    "/reset": "new_dialog",
    "/quit": "app.quit",
}


@dataclass(frozen=True)
class Answer:
    """What comes of a typed command.

    Attributes:
        flash: a few words to show.
        action: an action that the screen carries out.
    """

    flash: str = ""
    action: str = ""


def run(line: str, talk: Talk) -> Answer:
    """Carry a typed command out, or say which action it stands for.

    Raises:
        UsageError: there is no such command, or its argument is wrong.
    """
    command, _, rest = line.partition(" ")
    rest = rest.strip()
    if command in ACTIONS:
        return Answer(action=ACTIONS[command])
    if command == "/goal":
        talk.choice = goal_choice(rest, talk)
        goal = talk.choice.goal
        return Answer(f"goal: {goal.text}" if goal else "no goal")
    if command == "/rate":
        return Answer(_rate(rest, talk))
    if command == "/reward":
        return Answer(_reward(rest, talk))
    if command == "/correct":
        if not rest:
            raise UsageError("Write what the reply should have been: '/correct TEXT'.")
        place, _ = talk.turn_of_model(None)
        talk.correct(place, rest)
        return Answer("corrected")
    if command == "/set":
        name, equals, value = rest.partition("=")
        if not equals:
            raise UsageError("Write a setting and its value, such as '/set temperature=0.8'.")
        set_decoding(talk, name.strip(), value.strip())
        return Answer(f"{name.strip()} is {value.strip()}")
    raise UsageError(f"There is no command {command}: /help lists them, // says a slash.")


def goal_choice(text: str, talk: Talk) -> GoalChoice:
    """Read a goal as it is typed: an id or a text, perhaps with ``always`` behind it.

    Raises:
        UsageError: a single word that is no id.
    """
    words = text.split()
    always = len(words) > 1 and words[-1] == "always"
    wanted = " ".join(words[:-1] if always else words)
    if wanted in ("", "none"):
        return GoalChoice()
    return GoalChoice(talk.session.goals.find(wanted), always)


def _rate(text: str, talk: Talk) -> str:
    words = text.split()
    whole = len(words) == 2 and words[0] == "dialog"
    if not words or words[-1] not in ("1", "2", "3", "4", "5") or len(words) > 1 + whole:
        raise UsageError("A rating is a whole number from 1 to 5, such as '/rate 4'.")
    rating = int(words[-1])
    if whole:
        talk.session.rate_dialog(rating)
        return f"dialog rated {rating}"
    turn = talk.session.rate(talk.target(None), rating)
    return f"rated {rating}, reward {turn.reward:+g}"


def _reward(text: str, talk: Talk) -> str:
    value = number(text)
    talk.session.reward(talk.target(None), value)
    return f"reward {value:+g}"


def number(text: str) -> float:
    """Read a reward.

    Raises:
        UsageError: it is no finite number.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError("A reward is a number, such as 0.5.")
    return value


def set_decoding(talk: Talk, name: str, value: str) -> None:
    """Change one decoding setting by its name.

    Raises:
        UsageError: there is no such setting, or the value does not fit.
    """
    if name == "candidates":
        if value not in tuple("12345678"):
            raise UsageError("'candidates': expected a number from 1 to 8.")
        talk.candidates = int(value)
        return
    before = asdict(talk.sampling)
    if name not in before:
        known = ", ".join(before)
        raise UsageError(f"'{name}' is no setting; there are {known} and candidates.")
    read = _read(name, type(before[name]), value)
    try:
        talk.use_sampling(replace(talk.sampling, **{name: read}))
    except ValueError as problem:
        raise UsageError(f"{problem}.") from None


def _read(name: str, kind: type, value: str) -> Any:
    wanted = {bool: "yes or no", int: "a whole number", float: "a number"}[kind]
    try:
        return _WORDS[value.lower()] if kind is bool else kind(value)
    except (KeyError, ValueError):
        raise UsageError(f"'{name}': expected {wanted}, not '{display_line(value)}'.") from None
