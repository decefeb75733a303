"""Benchmarks: a ratio measured in one run against a named rival, kept with its result. Never a test."""
