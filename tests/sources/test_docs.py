"""The page for those who write mappings holds nothing that the program would refuse."""

import re
import textwrap

from pipelines.core.event import EVENT_TABLES
from pipelines.sources.adapter import ADAPTERS
from pipelines.sources.mapping import Condition, FileForm, From, Mapping, Plus, Table
from pipelines.sources.parse_mapping import parse_mapping
from pipelines.sources.vendor_report import (
    SCALE,
    ItemColumns,
    ItemList,
    ReportColumns,
    ReportFigure,
    ReportMapping,
    parse_report_mapping,
)
from tests.conftest import ROOT

PAGE = (ROOT / "pipelines/sources/docs.md").read_text(encoding="utf-8")
MODELS = (Condition, FileForm, From, Plus, Table)


def test_the_examples_are_read() -> None:
    whole = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith("source:")]
    assert len(whole) == 2
    for text in whole:
        parse_mapping(textwrap.dedent(text), "docs.md")


def test_every_word_and_table_is_explained() -> None:
    words = {field.alias or name for model in MODELS for name, field in model.model_fields.items()}
    words |= {field for field in Mapping.model_fields if field not in {"name", "text", "about"}}
    assert [word for word in sorted({*words, *EVENT_TABLES, *ADAPTERS}) if word not in PAGE] == []


def test_a_report_is_explained_word_by_word() -> None:
    models = (ReportMapping, ReportColumns, ReportFigure, ItemColumns, ItemList)
    words = {name for model in models for name in model.model_fields} - {"name", "text", "about"}
    assert [word for word in sorted({*words, *SCALE}) if f"`{word}`" not in PAGE and f"{word}: " not in PAGE] == []
    (example,) = (text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith("report:"))
    parse_report_mapping(example, "docs.md")


def test_the_mappings_of_the_house_are_read() -> None:
    for path in sorted((ROOT / "data/mappings").glob("*.yaml")):
        parse_mapping(path.read_text(encoding="utf-8"), path.name)
