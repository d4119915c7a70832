"""The chat on plain lines: for pipes, screen readers and terminals without an app."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import asdict, replace

from convotui.cli.jobs import Runner
from convotui.cli.lines import ReplyLine, typed_lines
from convotui.cli.output import error, line, note
from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, Goal, GoalSet, Persona, derive_seed
from convotui.engine.api import MakeReply
from convotui.engine.session import Session
from convotui.errors import Cancelled, ConvoTUIError, UsageError

HELP = """\
/goal ID or TEXT   goal for the next reply; add "always" to keep it, "none" to drop it
/goals             the goals of the set
/rate 1-5          rate the last reply; "/rate dialog 1-5" rates the whole dialog
/reward NUMBER     give the last reply any number as its reward
/correct TEXT      say what the last reply should have been; the dialog goes on with it
/again             another reply in place of the last one, under the goal set last if any
/persona           what the model plays
/reset             begin a new dialog
/quit              leave (so does the end of the input)
//TEXT             say a line that begins with a slash"""


class PlainChat:
    """Reads lines, answers each; the person is speaker 0 unless the partner opens."""

    def __init__(
        self,
        runner: Runner,
        *,
        persona: Persona | None,
        me: Persona | None,
        goals: GoalSet,
        sampling: Sampling,
        seed: int,
        partner_opens: bool = False,
    ) -> None:
        """Begin a dialog with the live model.

        Args:
            runner: follows the engine's jobs; its model must be loaded.
            persona: what the model plays.
            me: the person's own persona.
            goals: the goal set.
            sampling: how replies are sampled.
            seed: the same lines under the same seed get the same replies.
            partner_opens: the model speaks first, with the persona's greeting if it has one.
        """
        self.runner = runner
        self.persona = persona
        self.me = me
        self.goals = goals
        self.sampling = sampling
        self.seed = seed
        self.partner = 0 if partner_opens else 1
        self.goal: Goal | None = None
        self.keep_goal = False
        self.resets = 0
        self.commands: dict[str, Callable[[str], None]] = {
            "/help": lambda _: print(HELP, flush=True),
            "/goal": self._set_goal,
            "/goals": self._list_goals,
            "/rate": self._rate,
            "/reward": self._reward,
            "/correct": self._correct,
            "/again": self._again,
            "/persona": self._show_persona,
            "/reset": lambda _: self._reset(),
        }
        self.session = self._open()

    @property
    def name(self) -> str:
        """What the partner is called."""
        return self.persona.name if self.persona else "model"

    def loop(self) -> int:
        """Answer lines until the input ends.

        Returns:
            The exit code: 1 when a line of piped input could not be answered, else 0.
        """
        model = self.runner.model
        where = f"{model.name} {model.version} on {model.device}, {model.dtype}" if model else ""
        note(f"{self.name} ({where}, seed {self.seed}); /help lists commands, /quit leaves.")
        failed = False
        if self.partner == 0:
            failed = not self._guard(self._open_dialog)
        for text in typed_lines():
            if text is None:
                error("A line that is not UTF-8 was left out: send text as UTF-8.")
                failed = True
            elif text.strip() == "/quit":
                break
            elif text.strip():
                failed = not self._guard(self._answer, text.strip()) or failed
        if self.session.key is not None:
            note(f"Kept as dialog {self.session.key} ({len(self.session.dialog)} turns).")
        return int(failed and not sys.stdin.isatty())

    def _guard(self, action: Callable[..., None], *arguments: str) -> bool:
        """Run an action; a problem becomes a sentence and the chat goes on."""
        try:
            action(*arguments)
        except Cancelled:
            note("Stopped; /again asks once more.")
            if not sys.stdin.isatty():
                raise
            return True
        except ConvoTUIError as problem:
            error(str(problem))
            return False
        return True

    def _answer(self, text: str) -> None:
        if text.startswith("/") and not text.startswith("//"):
            command, *rest = text.split(maxsplit=1)
            action = self.commands.get(command)
            if action is None:
                raise UsageError(f"There is no command {command}: /help lists them.")
            action("".join(rest))
            return
        self.session.say(1 - self.partner, text.removeprefix("/") if text[:2] == "//" else text)
        self._reply(None)

    def _reply(self, position: int | None) -> None:
        """Have the model speak: its next turn, or another candidate of the one at ``position``."""
        dialog = self.session.dialog
        goal = self.goal
        if position is not None and goal is None:
            written = dialog.turns[position].goal
            goal = self.goals.find(written) if written else None
        before = dialog if position is None else _before(dialog, position)
        seeds = self.session.seeds(position=position)
        stream = ReplyLine(self.name)
        request = MakeReply(
            before, self.partner, seeds, goal, self.session.goal_texts, self.sampling
        )
        goal_id = goal.id if goal else None
        try:
            self.runner.run(request, stream.on_event)
            ready = stream.ready
            if ready is None:
                raise ConvoTUIError("The model gave no reply: try /again.")
            if position is None:
                self.session.accept(self.partner, ready.candidates, goal=goal_id)
            else:
                self.session.offer(position, ready.candidates[0], goal=goal_id)
        except BaseException:
            stream.abandon()
            raise
        stream.finish(ready.candidates[0].text)
        if ready.stops[0] == "length":
            note(f"(cut at {self.sampling.max_new_tokens} tokens)")
        if ready.dropped_turns:
            note(f"(oldest turns that no longer fit and were left out: {ready.dropped_turns})")
        if not self.keep_goal:
            self.goal = None

    def _open_dialog(self) -> None:
        if self.persona and self.persona.greeting:
            self.session.say(self.partner, self.persona.greeting)
            line(f"{self.name}: {self.persona.greeting}")
        else:
            self._reply(None)

    def _set_goal(self, text: str) -> None:
        words = text.split()
        keep = len(words) > 1 and words[-1] == "always"
        wanted = " ".join(words[:-1] if keep else words)
        if wanted in ("", "none"):
            self.goal, self.keep_goal = None, False
            line("* no goal")
            return
        self.goal, self.keep_goal = self.goals.find(wanted), keep
        line(f"* goal for {'every' if keep else 'the next'} reply: {self.goal.text}")

    def _list_goals(self, _: str) -> None:
        for goal in self.goals:
            line(f"* {goal.id}: {goal.text}")

    def _rate(self, text: str) -> None:
        words = text.split()
        whole = len(words) == 2 and words[0] == "dialog"
        if not words or words[-1] not in ("1", "2", "3", "4", "5") or len(words) > 1 + whole:
            raise UsageError("A rating is a whole number from 1 to 5, such as '/rate 4'.")
        rating = int(words[-1])
        position = self._last_reply()
        if whole:
            self.session.rate_dialog(rating)
            line(f"* dialog rated {rating}")
        else:
            turn = self.session.rate(position, rating)
            line(f"* rated {rating}, reward {turn.reward:+g}")

    def _reward(self, text: str) -> None:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UsageError("A reward is a number, such as '/reward 0.5'.")
        self.session.reward(self._last_reply(), value)
        line(f"* reward {value:+g}")

    def _correct(self, text: str) -> None:
        if not text:
            raise UsageError("Write what the reply should have been: '/correct TEXT'.")
        self.session.correct(self._last_reply(), text)
        line(f"* corrected: {text}")

    def _again(self, _: str) -> None:
        dialog = self.session.dialog
        if dialog.turns and dialog.turns[-1].speaker == self.partner:
            self._reply(len(dialog) - 1)
        elif dialog.turns:
            self._reply(None)
        else:
            raise UsageError("There is no reply yet: say something first.")

    def _show_persona(self, _: str) -> None:
        for fact in self.persona.facts if self.persona else ("(no persona)",):
            line(f"* {fact}")

    def _reset(self) -> None:
        self.resets += 1
        self.goal, self.keep_goal = None, False
        self.session = self._open()
        line("* new dialog")
        if self.partner == 0:
            self._open_dialog()

    def _open(self) -> Session:
        model = self.runner.model
        if model is None:
            raise ConvoTUIError("No model is loaded yet.")
        both = (self.persona, self.me) if self.partner == 0 else (self.me, self.persona)
        return Session(
            self.runner.store,
            seed=self.seed if self.resets == 0 else derive_seed(self.seed, "reset", self.resets),
            model=model.name,
            version=model.version,
            personas=both,
            goals=self.goals,
            meta={"sampling": asdict(self.sampling), "dtype": model.dtype},
        )

    def _last_reply(self) -> int:
        turns = self.session.dialog.turns
        for position in range(len(turns) - 1, -1, -1):
            if turns[position].speaker == self.partner:
                return position
        raise UsageError("There is no reply yet: say something first.")


def _before(dialog: Dialog, position: int) -> Dialog:
    return replace(dialog, turns=dialog.turns[:position])
