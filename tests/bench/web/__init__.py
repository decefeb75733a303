"""``make bench-web``: fifty readers of a home of ten million interactions, and a browser with a clock."""
