"""The plain chat at a prompt: mistyped bytes and Ctrl-C lose nothing that was said."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import COMMAND, stored, texts


def test_a_prompt_survives_bytes_that_are_no_text_and_a_first_ctrl_c(
    chat_folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a locale, as in many containers, Python would let such bytes in as surrogates.
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8"):
        monkeypatch.delenv(name, raising=False)
    size = ["--max-new-tokens", "4", "--persona", "baker", "--seed", "1"]
    words = [*COMMAND[1:], "chat", "--plain", "--model", str(chat_folder), *size]
    child = pexpect.spawn(sys.executable, words, timeout=120)

    child.expect_exact(b"you: ")
    child.send(b"\xff\xfe bad\n")
    child.expect_exact(b"send text as UTF-8.")

    child.expect_exact(b"you: ")
    child.sendline("caf\u00e9".encode())
    child.expect_exact(b"baker: ")

    child.expect_exact(b"you: ")
    child.sendintr()
    child.expect_exact(b"so does Ctrl-C once more.")
    child.expect_exact(b"you: ")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    (dialog,) = stored()
    assert texts(dialog)[0] == "caf\u00e9"
    assert len(dialog) == 2
