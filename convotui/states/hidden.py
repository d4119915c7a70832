"""State vectors from the decoder itself: the mean of its last hidden layer over what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from convotui.dialog import Dialog

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder

Vectors = NDArray[np.float32]
PARTNER = 1
_CACHED = 8192


class StateEstimator(Protocol):
    """Describes dialogs so far as vectors; a dialog's vector depends on that dialog alone.

    Attributes:
        name: what it is called in a run's files.
        width: numbers in a vector.
    """

    name: str
    width: int

    def estimate(
        self, dialogs: Sequence[Dialog], tick: Callable[[], None] | None = None
    ) -> Vectors:
        """Describe dialogs.

        Args:
            dialogs: any number of them.
            tick: called between two passes of a model; raising in it abandons the estimate.

        Returns:
            Shape (dialogs, width), float32.
        """
        ...


class HiddenMean:
    """Mean of the last hidden layer over the tokens of the partner, or of both sides.

    Every turn is read by itself, without a prompt around it, so that a turn's vectors are
    computed once however long the dialog gets; the mean is over all tokens of all turns. Before
    anything was said it is zero. Any depth and width of network will do.

    Source: Tang et al., "Persona Authentication through Generative Dialogue", 2021, whose
    estimator pools the last layer over the partner's concatenated lines.
    """

    def __init__(self, decoder: Decoder, sides: Literal["partner", "both"] = "partner") -> None:
        """Take the network of a decoder, which stays as it is.

        Args:
            decoder: reads the turns.
            sides: whose turns; the partner is the responder, speaker 1.
        """
        self.name = f"hidden-mean-{sides}"
        self.width = int(decoder.model.config.get_text_config().hidden_size)
        self._decoder = decoder
        self._both = sides == "both"
        self._sum = lru_cache(maxsize=_CACHED)(self._read)

    def estimate(
        self, dialogs: Sequence[Dialog], tick: Callable[[], None] | None = None
    ) -> Vectors:
        """Describe dialogs: shape (dialogs, width), float32."""
        rows = np.zeros((len(dialogs), self.width), dtype=np.float32)
        for row, dialog in zip(rows, dialogs, strict=True):
            tokens = 0
            total = np.zeros(self.width, dtype=np.float64)
            for turn in dialog.turns:
                if self._both or turn.speaker == PARTNER:
                    if tick:
                        tick()
                    added, count = self._sum(turn.text)
                    total += added
                    tokens += count
            if tokens:
                row[:] = total / tokens
        return rows

    def _read(self, text: str) -> tuple[NDArray[np.float64], int]:
        """Sum the last layer over a text's tokens, and count them.

        One text at a time: in a batch of another shape the same numbers are added up in another
        order, and a state should not depend on which dialogs are played beside it.
        """
        import torch

        ids = self._decoder.codec.encode(text)[: self._decoder.context_length]
        if not ids:
            return np.zeros(self.width), 0
        with torch.inference_mode():
            inputs = torch.tensor([ids], device=self._decoder.model.device)
            states = _backbone(self._decoder.model)(input_ids=inputs, use_cache=False)
            summed = states.last_hidden_state[0].double().sum(0).cpu().numpy()
        return summed, len(ids)


def _backbone(model: Any) -> Any:
    """Find the network without its head, which would turn every state into a vocabulary."""
    return model.base_model
