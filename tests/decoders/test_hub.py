"""Promise: hub models come from the cache when they are there, else from the hub, in words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from convotui import load_decoder
from convotui.decoders import sources
from convotui.errors import Cancelled, ModelError, UsageError
from tests.decoders.conftest import HUB_REVISION

OTHER = "f" * 40


def files_of(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.iterdir()}


def test_a_cached_model_is_found_without_network_and_loads(put_in_hub_cache, chat_folder) -> None:
    snapshot = put_in_hub_cache("org/tiny", files_of(chat_folder))
    source = sources.ensure_model("hub:org/tiny")
    assert source == sources.ModelSource("hub:org/tiny", snapshot)
    decoder = load_decoder("hub:org/tiny", device="cpu")
    assert decoder.name == "hub:org/tiny"
    assert decoder.form.name == "chat"


def test_a_revision_picks_its_own_snapshot(put_in_hub_cache, chat_folder, persona_folder) -> None:
    main = put_in_hub_cache("org/tiny", files_of(chat_folder))
    branch = put_in_hub_cache("org/tiny", files_of(persona_folder), ref="refs/pr/3", revision=OTHER)
    assert sources.ensure_model("hub:org/tiny").folder == main
    assert sources.ensure_model("hub:org/tiny@main").folder == main
    assert sources.ensure_model("hub:org/tiny@refs/pr/3").folder == branch
    assert sources.ensure_model(f"hub:org/tiny@{OTHER}").folder == branch
    assert sources.ensure_model(f"hub:org/tiny@{HUB_REVISION}").folder == main


def test_names_with_dots_and_dashes_are_repositories(put_in_hub_cache, chat_folder) -> None:
    folder = put_in_hub_cache("my-org.ai/Tiny-0.5B_v1.1", files_of(chat_folder))
    assert sources.ensure_model("hub:my-org.ai/Tiny-0.5B_v1.1").folder == folder


@pytest.mark.parametrize("ref", ["hub:org/tiny", "hub:org/tiny@v2", f"hub:org/tiny@{OTHER}"])
def test_without_network_and_cache_it_is_said_so(hub_cache, ref) -> None:
    with pytest.raises(ModelError, match="hub cannot be reached") as caught:
        sources.ensure_model(ref)
    assert ref.removeprefix("hub:") in str(caught.value)
    assert "--model smollm2" in str(caught.value)


@pytest.mark.parametrize("kept", [["config.json"], ["config.json", "tokenizer.json"]])
def test_files_that_another_program_cached_are_not_taken_for_the_model(
    put_in_hub_cache, chat_folder, kept
) -> None:
    put_in_hub_cache("org/tiny", {name: chat_folder / name for name in kept})
    with pytest.raises(ModelError, match=r"org/tiny came without \*\.safetensors.*reached"):
        sources.ensure_model("hub:org/tiny")


def test_a_missing_shard_of_the_weights_is_missed(put_in_hub_cache, chat_folder, tmp_path) -> None:
    shard = "model-00002-of-00002.safetensors"
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model.safetensors", "b": shard}}))
    put_in_hub_cache("org/tiny", {**files_of(chat_folder), index.name: index})
    with pytest.raises(ModelError, match=f"came without {shard}"):
        sources.ensure_model("hub:org/tiny")


@pytest.mark.parametrize(
    "ref", ["hub:../..", "hub:a/b--c..d", "hub:-a/b", "hub:a/b.git", "hub:./."]
)
def test_names_the_hub_would_not_take_are_refused(hub_cache, ref) -> None:
    with pytest.raises(ModelError, match="not a name the hub knows"):
        sources.ensure_model(ref)


@pytest.mark.parametrize("revision", ["..", "../../..", ".", "a" * 300, "main/"])
def test_revisions_that_are_no_names_lead_nowhere(put_in_hub_cache, chat_folder, revision) -> None:
    put_in_hub_cache("org/tiny", files_of(chat_folder))
    with pytest.raises(ModelError, match="hub cannot be reached"):
        sources.ensure_model(f"hub:org/tiny@{revision}")


@pytest.mark.parametrize(
    "ref", ["hub:gpt2", "hub:", "hub:a/b/c", "hub:a/b@", "hub:a b/c", "hub:a/b c"]
)
def test_malformed_references_are_refused(hub_cache, ref) -> None:
    with pytest.raises((UsageError, ModelError), match="There is no model"):
        sources.ensure_model(ref)


class FakeHub:
    """A hub on this machine that holds one repository, or one error."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.error: tuple[int, str] | None = None
        self.requests: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler, *, body: bool) -> None:
        path = handler.path.split("?")[0]
        self.requests.append(path)
        if self.error:
            status, code = self.error
            self._send(handler, status, b"{}", {"X-Error-Code": code})
        elif path.startswith("/api/") and "/tree/" in path:
            entries = [
                {"type": "file", "path": name, "size": len(data), "oid": f"{i:040x}"}
                for i, (name, data) in enumerate(self.files.items())
            ]
            self._send(handler, 200, json.dumps(entries).encode(), {})
        elif path.startswith("/api/"):
            about = {"id": "org/tiny", "sha": HUB_REVISION, "siblings": []}
            self._send(handler, 200, json.dumps(about).encode(), {})
        else:
            name = path.rsplit("/", 1)[1]
            etag = f'"{list(self.files).index(name):040x}"'
            headers = {"ETag": etag, "X-Repo-Commit": HUB_REVISION}
            self._send(handler, 200, self.files[name], headers, body=body)

    def _send(self, handler, status, data, headers, *, body=True) -> None:
        handler.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(key, value)
        handler.end_headers()
        if body:
            handler.wfile.write(data)


@pytest.fixture
def fake_hub(hub_cache, monkeypatch) -> Iterator[FakeHub]:
    """Point the hub's own code at a server of this process."""
    from huggingface_hub import constants

    hub = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.answer(self, body=True)

        def do_HEAD(self) -> None:
            hub.answer(self, body=False)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def holding(fake_hub: FakeHub) -> Callable[[Path], FakeHub]:
    def hold(folder: Path) -> FakeHub:
        fake_hub.files = {name: path.read_bytes() for name, path in files_of(folder).items()}
        return fake_hub

    return hold


def test_a_model_that_is_not_cached_is_fetched_once(holding, chat_folder, capfd) -> None:
    hub = holding(chat_folder)
    hub.files["pytorch_model.bin"] = b"pickled"
    capfd.readouterr()
    source = sources.ensure_model("hub:org/tiny")
    assert capfd.readouterr() == ("", "")  # no progress bar in a terminal that draws an app
    assert load_decoder("hub:org/tiny", device="cpu").form.name == "chat"
    assert not (source.folder / "pytorch_model.bin").exists()
    asked = len(hub.requests)
    assert asked > 0
    assert sources.ensure_model("hub:org/tiny") == source
    assert len(hub.requests) == asked


def test_fetching_is_told_before_the_network_is_asked_and_as_it_goes_on(
    holding, chat_folder
) -> None:
    hub, told = holding(chat_folder), []

    def progress(stage: str, fraction: float | None) -> None:
        told.append((stage, fraction, len(hub.requests)))

    sources.ensure_model("hub:org/tiny", progress=progress)
    assert told[0] == ("fetching org/tiny", None, 0)
    assert {stage for stage, _, _ in told} == {"fetching org/tiny"}
    shares = [share for _, share, _ in told if share is not None]
    assert shares
    assert all(0 < share <= 1 for share in shares)
    told.clear()
    sources.ensure_model("hub:org/tiny", progress=progress)
    assert told == []


def test_a_fetch_can_be_cancelled_midway_and_begun_again(holding, chat_folder) -> None:
    holding(chat_folder)
    told = []

    def progress(stage: str, fraction: float | None) -> None:
        told.append(stage)
        if len(told) > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        sources.ensure_model("hub:org/tiny", progress=progress)
    assert load_decoder("hub:org/tiny", device="cpu").form.name == "chat"


def test_whoever_cancels_a_fetch_when_told_of_it_is_heard(holding, chat_folder) -> None:
    hub = holding(chat_folder)

    def progress(stage: str, fraction: float | None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        sources.ensure_model("hub:org/tiny", progress=progress)
    assert hub.requests == []


def test_a_cached_model_is_found_without_asking_the_hub(
    holding, put_in_hub_cache, chat_folder
) -> None:
    hub = holding(chat_folder)
    snapshot = put_in_hub_cache("org/tiny", files_of(chat_folder))
    assert sources.find_model("hub:org/tiny") == snapshot
    assert hub.requests == []


@pytest.mark.parametrize("kept", [[], ["config.json"]])
def test_a_model_that_is_not_cached_whole_is_not_found_and_not_fetched(
    holding, put_in_hub_cache, chat_folder, kept
) -> None:
    hub = holding(chat_folder)
    if kept:
        put_in_hub_cache("org/tiny", {name: chat_folder / name for name in kept})
    with pytest.raises(UsageError, match=r"hub's cache.*convotui models pull hub:org/tiny'"):
        sources.find_model("hub:org/tiny")
    assert hub.requests == []


def test_what_another_program_cached_is_completed(holding, put_in_hub_cache, chat_folder) -> None:
    put_in_hub_cache("org/tiny", {"config.json": chat_folder / "config.json"})
    holding(chat_folder)
    source = sources.ensure_model("hub:org/tiny")
    assert (source.folder / "model.safetensors").is_file()


def test_a_repository_without_safetensors_is_refused(fake_hub) -> None:
    fake_hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickled"}
    with pytest.raises(ModelError, match=r"org/tiny came without \*\.safetensors"):
        sources.ensure_model("hub:org/tiny")


@pytest.mark.parametrize(
    ("error", "ref", "words"),
    [
        ((404, "RepoNotFound"), "hub:org/tiny", "There is no org/tiny on the hub"),
        ((404, "RevisionNotFound"), "hub:org/tiny@v9", "org/tiny has no revision v9"),
        ((403, "GatedRepo"), "hub:org/tiny", "licence"),
        ((401, "RepoNotFound"), "hub:org/tiny", "no org/tiny on the hub, or it is private"),
        ((418, ""), "hub:org/tiny", "hub cannot be reached"),
    ],
)
def test_what_the_hub_refuses_is_said_in_words(fake_hub, error, ref, words) -> None:
    fake_hub.error = error
    with pytest.raises(ModelError, match=words):
        sources.ensure_model(ref)


def test_a_hub_that_is_gone_is_said_in_words(hub_cache, monkeypatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(ModelError, match="hub cannot be reached"):
        sources.ensure_model("hub:org/tiny")


def test_a_cache_that_cannot_be_written_is_said_in_words(holding, chat_folder, hub_cache) -> None:
    holding(chat_folder)
    hub_cache.write_text("a file where the cache should be")
    with pytest.raises(ModelError, match=r"cannot be (written|reached)"):
        sources.ensure_model("hub:org/tiny")
