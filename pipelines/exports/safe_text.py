"""Texts that a spreadsheet would run as a formula: a queue may be called ``=HYPERLINK(…)``."""

# A spreadsheet computes a cell that begins like this, some full-width signs too; a tab or a line's end may hide one.
FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"


def safe_text(text: str) -> str:
    """Return a text for a CSV cell: one that begins like a formula, or with our own mark, gets a ``'`` before it.

    Taking one ``'`` off again gives back every text as it was.
    """
    return f"'{text}" if text.startswith((*FORMULA_SIGNS, "'")) else text
