"""Judged indicators become lines, lines become totals, totals become a statement."""
