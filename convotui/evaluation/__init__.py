"""Metrics and the uncertainty that belongs beside them."""

from convotui.evaluation.intervals import Estimate, cluster_bootstrap, widened, wilson

__all__ = ["Estimate", "cluster_bootstrap", "widened", "wilson"]
