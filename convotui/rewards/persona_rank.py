"""Persona ranking: does what the partner said lie nearer to its true facts than to others'?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convotui.dialog import Dialog, derive_seed, list_personas
from convotui.dialog.types import MAX_FACTS
from convotui.errors import UsageError
from convotui.rewards.exchange import Embed, RewardError, newest_exchange, partner_texts

if TYPE_CHECKING:
    from convotui.rewards.exchange import Vectors

NEGATIVES = 20
MARGIN = 0.5
RANK_METRICS = ("prec@1", "prec@5", "rec@5", "rec@10")


class PersonaRank:
    """What an exchange revealed of the partner's persona.

    The state s of a dialog is the mean of the vectors of the partner's turns, scaled to
    length 1 (before any turn it is zero). With the partner's true facts p and k facts n of
    others, drawn once per episode,

        score(s) = -mean over all pairs (p, n) of max(0, margin - cos(s, p) + cos(s, n)),

    and the reward of an exchange is the score after it less the score before. So the
    rewards of a dialog add up to ``score(end) + margin``, which is at most the margin, and a
    reward depends neither on earlier calls nor on other dialogs.

    Source: "Persona Authentication through Generative Dialogue", arXiv:2110.12949 (triplets of
    state, true fact, other fact). Different here: cosine throughout, negatives that stay the
    same through an episode, every pair counted, a mean in place of a sum, and the gain of an
    exchange in place of the level.

    The margin ends the reward for a fact once it is that much nearer than others'. With
    MiniLM and personas' facts told word for word after two others and some small talk, 0.5
    tells a new fact from one told again best (2.8 standard deviations; 1.8 with 0.2), and does
    not pay for telling one again; 1.0 never ends it and pays a third of a new fact.
    """

    def __init__(
        self,
        embed: Embed,
        candidates: Sequence[str] | None = None,
        *,
        margin: float = MARGIN,
        k: int = NEGATIVES,
    ) -> None:
        """Take the facts that negatives are drawn from.

        Args:
            embed: texts to unit vectors.
            candidates: facts of others; those of the persona libraries if not given.
            margin: in cosine.
            k: negatives in an episode.

        Raises:
            UsageError: there are too few candidates to draw k after any persona's own.
        """
        if candidates is None:
            candidates = [fact for persona in list_personas() for fact in persona.facts]
        self._embed = embed
        self._candidates = tuple(sorted(set(candidates)))
        self._margin, self._k = margin, k
        self._known: dict[str, Vectors] = {}
        if len(self._candidates) < k + MAX_FACTS:
            raise UsageError(
                f"persona-rank draws {k} facts of others, but the persona libraries have only "
                f"{len(self._candidates)} different ones: add personas."
            )

    def __call__(self, dialogs: Sequence[Dialog]) -> list[float]:
        """Score the newest exchange of each dialog.

        Raises:
            RewardError: a dialog does not end with the partner's turn, or its partner has no
                facts.
        """
        rewards = []
        for dialog in dialogs:
            newest_exchange(dialog)
            said = partner_texts(dialog)
            rewards.append(self._score(dialog, said) - self._score(dialog, said[:-1]))
        return rewards

    def score(self, dialog: Dialog) -> float:
        """Score a dialog as far as it goes, from ``-margin - 2`` to 0.

        Raises:
            RewardError: its partner has no facts.
        """
        return self._score(dialog, partner_texts(dialog))

    def rank_metrics(self, dialog: Dialog) -> dict[str, float]:
        """Rank the P true facts among P + k by their cosine with the state.

        Returns:
            prec@1 and prec@5 (hits among the first, over 1 and 5), rec@5 and rec@10 (hits
            over P). Put ``chance`` beside them: it is not zero. A true fact that ties with
            another's comes after it, so a dialog in which nothing was said scores 0.

        Raises:
            RewardError: its partner has no facts.
        """
        import numpy as np

        near, far = self._cosines(dialog, partner_texts(dialog))
        order = np.argsort(-np.concatenate([far, near]), kind="stable")
        true = order >= len(far)
        hits = {n: int(true[:n].sum()) for n in (1, 5, 10)}
        values = (hits[1], hits[5] / 5, hits[5] / len(near), hits[10] / len(near))
        return {name: float(value) for name, value in zip(RANK_METRICS, values, strict=True)}

    def negatives(self, dialog: Dialog) -> tuple[str, ...]:
        """Draw the facts of others: the same at every exchange of an episode."""
        own = set(dialog.personas[1])
        others = [fact for fact in self._candidates if fact not in own]
        episode = dialog.id if dialog.seed is None else dialog.seed
        return tuple(random.Random(derive_seed(episode, "negatives")).sample(others, self._k))

    def _score(self, dialog: Dialog, said: Sequence[str]) -> float:
        import numpy as np

        near, far = self._cosines(dialog, said)
        pairs = self._margin - near[:, None] + far[None, :]
        return -float(np.maximum(pairs, 0).mean())

    def _cosines(self, dialog: Dialog, said: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Compare the state with the true facts, shape (P,), and with the negatives, (k,)."""
        facts = dialog.personas[1]
        if not facts:
            raise RewardError(
                "The reward 'persona-rank' needs the partner's facts: give the partner a persona."
            )
        cosines = self._facts((*facts, *self.negatives(dialog))) @ self._state(said)
        return cosines[: len(facts)], cosines[len(facts) :]

    def _state(self, said: Sequence[str]) -> Vectors:
        import numpy as np

        vectors = self._embed(said)
        mean: Vectors = vectors.sum(axis=0) / max(len(said), 1)
        length = float(np.linalg.norm(mean))
        return mean / np.float32(length) if length > 0 else mean

    def _facts(self, facts: Sequence[str]) -> Vectors:
        """Embed facts, each once."""
        import numpy as np

        new = [fact for fact in dict.fromkeys(facts) if fact not in self._known]
        if new:
            self._known.update(zip(new, self._embed(new), strict=True))
        return np.stack([self._known[fact] for fact in facts])


def chance(facts: int, k: int = NEGATIVES) -> dict[str, float]:
    """What ranking by chance scores: with P true facts among P + k, each place is true P/(P+k).

    Args:
        facts: P.
        k: negatives.
    """
    share = facts / (facts + k)
    # Of n places drawn, n * share are true; recall divides by P.
    recall = {n: min(n, facts + k) / (facts + k) for n in (5, 10)}
    values = (share, min(5, facts + k) * share / 5, recall[5], recall[10])
    return dict(zip(RANK_METRICS, values, strict=True))
