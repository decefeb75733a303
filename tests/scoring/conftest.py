"""Quantiles are remembered; a test of how they are found wants them found anew."""

import pytest

from pipelines.scoring.interval import pi, t_quantile


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    t_quantile.cache_clear()
    pi.cache_clear()
