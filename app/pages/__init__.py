"""The pages: each is ``layout(…)`` and, where something on it moves, ``connect(app)``."""
