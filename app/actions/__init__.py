"""Writes: each asks whether the reader may, and calls one run. None yet: this round reads."""
