"""Every metric can be read and is tried: words in both languages, a worked example, and a case or a second reading."""

import re

import pytest

from pipelines.metrics.declare import Metric, installed_metrics
from pipelines.metrics.example import installed_examples
from tests.conftest import ROOT

METRICS = installed_metrics()
# Where a metric is tried: cases that an auditor can read, items assembled from small logs, a plain reading beside it.
TRIED = ("tests/cases", "tests/metrics", "tests/ingest/items", "tests/properties", "tests/reference", "tests/runs")
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def tried() -> str:
    """Return every text in which a metric may be tried, but those that name all metrics at once."""
    files = (path for folder in TRIED for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".py", ".yaml"})
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.key)
def test_a_metric_has_its_words_in_both_languages(metric: Metric) -> None:
    for words in (metric.name, metric.text, *(term.title for term in metric.terms.values())):
        assert set(words) == {"zh", "en"}
        assert CHINESE.search(words["zh"])
        assert words["en"]
        assert not CHINESE.search(words["en"])


def test_every_metric_has_a_worked_example() -> None:
    assert sorted(set(METRICS) - set(installed_examples())) == []


def test_every_example_is_of_a_metric() -> None:
    assert sorted(set(installed_examples()) - set(METRICS)) == []


def test_an_example_stands_beside_its_metric() -> None:
    folder = ROOT / "pipelines/metrics"
    for path in sorted(folder.glob("*/*.yaml")):
        metric = path.with_suffix(".sql").read_text(encoding="utf-8").partition("metric: ")[2].split()[0]
        assert f"metric: {metric}\n" in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.key)
def test_a_metric_has_a_case_or_a_second_reading(metric: Metric, tried: str) -> None:
    assert re.search(rf"\b{re.escape(metric.key.partition('@')[0])}\b", tried)


def test_every_metric_is_found_by_its_name() -> None:
    """``phone.connect_rate`` stands in phone/connect_rate.sql; a later version has its number behind the name."""
    for metric in METRICS.values():
        channel, noun, version = re.split(r"[.@]", metric.key)
        names = [noun] if version == "1" else [f"{noun}_{version}"]
        assert [n for n in names if (ROOT / "pipelines/metrics" / channel / f"{n}.sql").is_file()] == names
