"""Every metric can be read and is tried: words in both languages, a worked example, and a case or a second reading."""

import re
from dataclasses import replace

import pytest

from pipelines.metrics.declare import Metric, installed_metrics
from pipelines.metrics.example import installed_examples
from tests.conftest import ROOT

METRICS = installed_metrics()
# Where a metric is tried: cases that an auditor can read, items assembled from small logs, a plain reading beside it.
TRIED = ("tests/cases", "tests/metrics", "tests/ingest/items", "tests/properties", "tests/reference", "tests/runs")
CHINESE = re.compile(r"[一-鿿]")


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


def is_tried(metric: Metric) -> bool:
    """Say whether a test names the metric by its key, or the cases of its channel by its noun."""
    channel, noun = metric.key.partition("@")[0].split(".")
    by_key, by_noun = re.compile(rf"\b{channel}\.{noun}\b"), re.compile(rf"\b{noun}\b")
    files = [p for folder in TRIED for p in (ROOT / folder).rglob("*") if p.suffix in {".py", ".yaml"}]
    cases = (ROOT / "tests/cases").glob(f"{channel}_*.yaml")
    return any(by_key.search(path.read_text(encoding="utf-8")) for path in files) or any(
        by_noun.search(path.read_text(encoding="utf-8")) for path in cases
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.key)
def test_a_metric_has_a_case_or_a_second_reading(metric: Metric) -> None:
    assert is_tried(metric)


def test_a_metric_that_nobody_tries_is_found() -> None:
    assert not is_tried(replace(METRICS["phone.connect_rate@1"], key="phone.no" + "body_tries@1"))


def test_every_metric_is_found_by_its_name() -> None:
    """``phone.connect_rate`` stands in phone/connect_rate.sql; a later version has its number behind the name."""
    for metric in METRICS.values():
        channel, noun, version = re.split(r"[.@]", metric.key)
        names = [noun] if version == "1" else [f"{noun}_{version}"]
        assert [n for n in names if (ROOT / "pipelines/metrics" / channel / f"{n}.sql").is_file()] == names
