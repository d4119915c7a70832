"""State estimators: a dialog so far as a vector."""
