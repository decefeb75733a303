"""A sample world: seeded logs of two vendors, with planted faults, as their systems would export them."""

from pipelines.samples.generate import DEFAULT_UNTIL, generate
from pipelines.samples.report import Figure, Planted, SampleFile, SampleReport

__all__ = ["DEFAULT_UNTIL", "Figure", "Planted", "SampleFile", "SampleReport", "generate"]
