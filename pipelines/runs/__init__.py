"""Use cases: they open files and stores, call the pure floors, and write."""
