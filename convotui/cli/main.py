"""The ``convotui`` command: its verbs, its default one, and how errors leave it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from convotui import __version__
from convotui.cli import chat, data, doctor, keys, library, models, runs, selfplay, train_policy
from convotui.cli.output import error
from convotui.errors import Cancelled, ConvoTUIError
from convotui.paths import get_paths

app = typer.Typer(
    name="convotui",
    help="A terminal gym for persona chatbots. Without a command it opens the app.",
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command("chat")(chat.chat)
app.command("selfplay")(selfplay.selfplay)
app.command("train-policy")(train_policy.train_policy)
app.add_typer(models.app, name="models")
app.add_typer(library.personas, name="personas")
app.add_typer(library.goals, name="goals")
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.command("keys")(keys.keys)
app.command("doctor")(doctor.doctor)
app.command("locate")(doctor.locate)

_OWN_FLAGS = {"--help", "-h", "--version", "--install-completion", "--show-completion"}


def _version(wanted: bool) -> None:
    if wanted:
        print(f"convotui {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options of the command itself."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 usage, 130 cancelled."""
    # Fewer looks for garbage among what the imports bring: the first paint comes a sixth sooner.
    gc.set_threshold(20_000, 20, 20)
    words = list(sys.argv[1:] if arguments is None else arguments)
    # The default verb is chat, also when only its options are given.
    if not words or (words[0].startswith("-") and words[0] not in _OWN_FLAGS):
        words.insert(0, "chat")
    signal.signal(signal.SIGTERM, _interrupt)
    _set_up_streams()
    _import_from_here()
    sys.exit(_run(words))


def _import_from_here() -> None:
    """Let ``--policy module:thing`` find a module of the current folder, after all others."""
    # A console script does not look into the folder it is called from, which may even be gone.
    with suppress(OSError):
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.append(here)


def _set_up_streams() -> None:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        # Whoever started us may have closed it.
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    # What is typed is text or an error, whatever the locale; a terminal that cannot show a
    # character gets its escape, not a traceback.
    wanted = ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"))
    for stream, errors in (*wanted, (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def _run(words: list[str]) -> int:
    try:
        _log_to_file()
        code = app(args=words, prog_name="convotui", standalone_mode=False)
        if code == 130:  # what the parser makes of Ctrl-C, without a word
            raise Cancelled
        return code if isinstance(code, int) else 0
    except ConvoTUIError as problem:
        error(str(problem))
        return problem.exit_code
    except (KeyboardInterrupt, Cancelled, typer.Abort):
        error("Cancelled; what had been stored is kept.")
        return 130
    except typer.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone; point stdout elsewhere so that exit stays quiet.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return 1
    except Exception as problem:
        return _unforeseen(problem)


def _unforeseen(problem: Exception) -> int:
    """Report what no code expected: usage errors of the parser, and true bugs."""
    show = getattr(problem, "format_message", None)
    if type(problem).__name__ == "NoArgsIsHelpError":
        print(str(problem), file=sys.stderr)
        return 2
    if show is not None:
        context = getattr(problem, "ctx", None)
        where = f" ('{context.command_path} --help' shows what there is)" if context else ""
        error(f"{str(show()).rstrip('.')}{where}.")
        return int(getattr(problem, "exit_code", 2))
    logging.getLogger("convotui").exception("unexpected error")
    if isinstance(problem, OSError) and problem.filename is not None and problem.strerror:
        error(f"{problem.filename} cannot be used: {problem.strerror}.")
        return 1
    error(
        f"Something unexpected went wrong ({type(problem).__name__}: {problem}); the details "
        f"are in {get_paths().log_file}."
    )
    return 1


class _LogFile(logging.FileHandler):
    """A log that is silent where it cannot be written: no work may end because of it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record if that is possible."""
        with suppress(OSError):
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Print nothing: the terminal is for sentences."""


def _log_to_file() -> None:
    """Send warnings and tracebacks to the log file; the terminal is for sentences."""
    handler = _LogFile(get_paths().log_file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("convotui")
    root.handlers = [handler]
    root.propagate = False
    root.setLevel(logging.INFO)


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
