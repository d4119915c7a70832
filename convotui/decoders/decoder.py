"""A decoder: language model, tokenizer and prompt format, ready to reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from convotui.decoders.formats import choose_format
from convotui.decoders.generate import Column, GenerationRequest, TokenRules, generate
from convotui.decoders.loading import load_model, load_tokenizer
from convotui.decoders.prompts import EncodedPrompt, Prompt, PromptFormat, Utterance, fit
from convotui.decoders.replies import Reply, ReplyRequest, StopReason
from convotui.decoders.sources import ProgressFn, ensure_model
from convotui.decoders.tokens import TextCodec
from convotui.dialog import display_line
from convotui.errors import ModelError

UNLIMITED = 1_000_000
"""A tokenizer's way to say that it knows no limit is a far larger number."""
UNKNOWN_LENGTH = 2048


@dataclass(frozen=True)
class Decoder:
    """A language model that speaks.

    Attributes:
        name: model reference it was loaded from.
        version: adapter version that is live, ``base`` for the plain model.
        context_length: how many tokens prompt and reply may have together.
    """

    name: str
    model: Any
    codec: TextCodec
    form: PromptFormat
    context_length: int
    version: str = "base"

    @property
    def device(self) -> str:
        """Where the model runs, such as ``cpu`` or ``cuda:0``."""
        return str(self.model.device)

    @property
    def dtype(self) -> str:
        """Number format of the weights, such as ``float32``."""
        return str(self.model.dtype).removeprefix("torch.")

    def encode(self, prompt: Prompt, max_new_tokens: int) -> EncodedPrompt:
        """Encode a prompt so that ``max_new_tokens`` more fit into the context.

        Raises:
            PromptTooLongError: persona, goal and newest turn alone do not fit.
        """
        return fit(self.form, prompt, self.context_length - max_new_tokens)

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a text by itself."""
        return len(self.codec.encode(text))

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        r"""Show each id as text, control tokens by their names.

        Bytes that are no character by themselves are shown as ``\xe2``.
        """
        return tuple(_piece(self.codec, i) for i in ids)

    def stream(self, requests: Sequence[ReplyRequest]) -> ReplyStream:
        """Start replies to all requests together; iterate to advance them.

        Raises:
            PromptTooLongError: persona, goal and newest turn alone do not fit.
        """
        return ReplyStream(self, requests)

    def reply(
        self, requests: Sequence[ReplyRequest], tick: Callable[[], None] | None = None
    ) -> list[Reply]:
        """Sample a reply to every request, in one batch.

        Args:
            requests: what to reply to; may be empty.
            tick: called after every token column; raising in it abandons the batch.
        """
        stream = self.stream(requests)
        for _ in stream:
            if tick:
                tick()
        return stream.replies()

    @cached_property
    def rules(self) -> TokenRules:
        """Stops end a turn, other control tokens are never sampled, no reply starts blank.

        Nor are the rows sampled that a model has beyond its tokenizer: they have no text.
        """
        stops = self.form.stop_ids
        rows = range(self.model.get_output_embeddings().weight.shape[0])
        silent = self.codec.control_ids | (frozenset(rows) - self.codec.known_ids)
        return TokenRules(stops, silent - stops, self.codec.blank_ids)


class ReplyStream:
    """Replies under way: an iterator of token columns that knows the texts so far."""

    def __init__(self, decoder: Decoder, requests: Sequence[ReplyRequest]) -> None:
        """Encode the prompts."""
        self._decoder = decoder
        self._requests = requests
        self._prompts = [decoder.encode(r.prompt, r.sampling.max_new_tokens) for r in requests]
        self._ids: list[list[int]] = [[] for _ in requests]
        self._logprobs: list[list[float]] = [[] for _ in requests]
        rows = [
            GenerationRequest(prompt.ids, request.seed, request.sampling)
            for prompt, request in zip(self._prompts, requests, strict=True)
        ]
        self._columns = generate(decoder.model, rows, decoder.rules) if rows else iter(())

    def __iter__(self) -> Iterator[Column]:
        """Advance all replies by one token per step."""
        for column in self._columns:
            for row, (token, logprob) in enumerate(zip(column.ids, column.logprobs, strict=True)):
                if token is not None and logprob is not None:
                    self._ids[row].append(token)
                    self._logprobs[row].append(logprob)
            yield column

    def texts(self) -> tuple[str, ...]:
        """Texts so far: each a beginning of the final one.

        A character still in the middle of its bytes is held back, and so is an ending
        that tidying could still change.
        """
        return tuple(self._text_so_far(row) for row in range(len(self._requests)))

    def replies(self) -> list[Reply]:
        """Replies as they are now; one still under way counts as cancelled."""
        return [self._reply(row) for row in range(len(self._requests))]

    def _reply(self, row: int) -> Reply:
        ids, request = self._ids[row], self._requests[row]
        dropped = self._prompts[row].dropped_turns
        ended = self._ended(row)
        if not ended and len(ids) < request.sampling.max_new_tokens:
            stop = StopReason.CANCELLED
        elif dropped:
            stop = StopReason.CONTEXT
        else:
            stop = StopReason.EOS if ended else StopReason.LENGTH
        return Reply(
            text=self._text(ids),
            ids=tuple(ids),
            stop=stop,
            seed=request.seed,
            version=self._decoder.version,
            dropped_turns=dropped,
            logprobs=tuple(self._logprobs[row]),
        )

    def _ended(self, row: int) -> bool:
        return bool(self._ids[row]) and self._ids[row][-1] in self._decoder.form.stop_ids

    def _text(self, ids: Iterable[int]) -> str:
        return self._decoder.form.tidy(self._decoder.codec.decode(ids))

    def _text_so_far(self, row: int) -> str:
        ids = self._ids[row]
        if self._ended(row) or len(ids) == self._requests[row].sampling.max_new_tokens:
            return self._text(ids)
        raw = self._decoder.codec.decode(ids).rstrip("\ufffd")
        return self._decoder.form.settled(raw)


def load_decoder(
    model: str = "auto",
    *,
    dtype: str = "auto",
    device: str = "auto",
    threads: int = 0,
    dialect: str = "C",
    progress: ProgressFn | None = None,
) -> Decoder:
    """Load a decoder, fetching and converting its model first where that is needed.

    Args:
        model: ``auto``, ``smollm2``, ``personagpt``, ``hub:org/name@revision`` or a folder.
        dtype: ``auto`` (bfloat16 on CUDA, float32 elsewhere), ``float32`` or ``bfloat16``.
        device: ``auto`` (CUDA when there is one, else CPU), ``cpu``, ``cuda``, ``mps``, ...
        threads: CPU threads; 0 leaves torch's setting alone.
        dialect: goal dialect of the persona format.
        progress: called as ``progress(stage, fraction or None)`` during slow steps.

    Raises:
        ModelError: the model cannot be found, fetched, converted or loaded.
        UsageError: the reference, dtype or device is not known.
    """
    source = ensure_model(model, progress=progress)
    if progress:
        progress(f"loading {source.name}", None)
    network = load_model(source.folder, dtype=dtype, device=device, threads=threads)
    codec = TextCodec(load_tokenizer(source.folder))
    form = choose_format(codec, dialect)
    _check_ids(source.name, network, codec, form)
    return Decoder(source.name, network, codec, form, _context_length(network, codec))


def _piece(codec: TextCodec, token: int) -> str:
    name = str(codec.tokenizer.convert_ids_to_tokens(token))
    if token in codec.control_ids:
        return name
    text = codec.decode([token])
    if "\ufffd" in text:
        # A part of a character: in a byte-level vocabulary its name spells the bytes, in
        # others it can be read as it is, such as <0xE2>.
        if not all(char in _SPELLED for char in name):
            return name
        return bytes(_SPELLED[char] for char in name).decode("utf-8", "backslashreplace")
    # SentencePiece leaves out the space before the first word.
    return f" {text}" if name.startswith("\u2581") and not text.startswith(" ") else text


def _byte_spellings() -> dict[str, int]:
    """List how byte-level vocabularies spell bytes: the printable ones as Latin-1, others above."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in printable]
    return {
        **{chr(byte): byte for byte in printable},
        **{chr(0x100 + place): byte for place, byte in enumerate(others)},
    }


_SPELLED = _byte_spellings()


def _check_ids(name: str, network: Any, codec: TextCodec, form: PromptFormat) -> None:
    """Check that the model has an embedding for every id a prompt can hold.

    Raises:
        ModelError: it has not, which would end in the middle of a reply.
    """
    prompt = Prompt(1, ("x",), (Utterance(0, "x"), Utterance(1, "x", goal="x")), "x")
    text = codec.known_ids - codec.control_ids
    most = max({*form.encode(prompt).ids, *form.stop_ids, *text})
    rows = network.get_input_embeddings().weight.shape[0]
    if most >= rows:
        raise ModelError(
            f"The tokenizer of {display_line(name)} has more tokens than its model knows "
            f"({most + 1} against {rows}): they do not belong together."
        )


def _context_length(network: Any, codec: TextCodec) -> int:
    """Find how many positions the model was trained for, by whatever name its config has.

    Models without position embeddings (ALiBi) may name none; then the tokenizer's limit
    counts, and failing that a length any of them was trained for.
    """
    # Models that also see or hear keep the language model's settings one level down.
    settings = network.config.get_text_config()
    for name in ("max_position_embeddings", "n_positions", "seq_length", "max_seq_len"):
        length = getattr(settings, name, None)
        if isinstance(length, int) and length > 0:
            return length
    limit = codec.tokenizer.model_max_length
    return int(limit) if limit < UNLIMITED else UNKNOWN_LENGTH
