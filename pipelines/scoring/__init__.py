"""Counts and terms become values, verdicts and points."""
