"""The linter, a file for what it looks at; ``contract/check.py`` asks them all."""
