"""Script in every free text of logs and contracts, and in a file's name, is text on the page: nothing of it runs."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.components import links
from app.main import create_app
from app.settings import Settings
from pipelines.runs.sight import WHOLE, Sight
from pipelines.workflow import Role
from tests.app.fake_runs import FakeRuns
from tests.app.signing_in import People
from tests.browser.serving import served, sign_in

expect.set_options(timeout=30_000)

SCRIPT = (
    "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
    "<a href='javascript:window.hacked=1'>x</a>{{1}}"
)
MONTH = "hx-2026-017.2026-10.v1"
# Texts that people write: of contracts, of logs, of who decides. What programs write (ids, kinds, digests) is no text.
WRITTEN = {
    "zh", "en", "name", "title", "text", "by", "formula", "because", "reason", "target_by", "group", "clause",
    "team", "queue", "agent_id", "file_name", "missing", "source", "item_id",
}  # fmt: skip


def poisoned(found: Any, name: str = "") -> Any:
    """Return data with the script behind every text that people write."""
    if isinstance(found, dict):
        return {key: poisoned(value, key) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(poisoned(value, name) for value in found)
    if isinstance(found, SimpleNamespace):
        return SimpleNamespace(**{key: poisoned(value, key) for key, value in vars(found).items()})
    return found + SCRIPT if isinstance(found, str) and found and name in WRITTEN else found


class PoisonedRuns(FakeRuns):
    """Made-up months in which everybody who could write wrote a script."""

    def list_statements(self) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(**vars(ref) | {"title": poisoned(ref.title), "vendor": poisoned(ref.vendor)})
            for ref in super().list_statements()
        ]

    def read_statement(self, statement_id: str, sight: Sight = WHOLE) -> dict[str, Any]:
        body = deepcopy(super().read_statement(statement_id))
        whole: dict[str, Any] = poisoned({**body, "evidence": {}})
        loads = [load | {"source": load["source"] + SCRIPT} for load in body["loads"]]
        return {**whole, "evidence": body["evidence"], "loads": loads, "questions": body["questions"]}

    def by_group(self, *asked: Any, **more: Any) -> list[SimpleNamespace]:
        return [poisoned(row) for row in super().by_group(*asked, **more)]

    def contributions(self, *asked: Any, **more: Any) -> SimpleNamespace:
        found: SimpleNamespace = poisoned(super().contributions(*asked, **more))
        return found

    def items(self, *asked: Any, **more: Any) -> SimpleNamespace:
        page = super().items(*asked, **more)
        rows = [
            SimpleNamespace(**vars(poisoned(row)) | {"item_id": row.item_id, "source": row.source}) for row in page.rows
        ]
        return SimpleNamespace(rows=rows, next=page.next, total=page.total)

    def item(self, *asked: Any, **more: Any) -> SimpleNamespace:
        found = super().item(*asked, **more)
        facts = [(name, text + SCRIPT if name in WRITTEN else text) for name, text in found.facts]
        raw = [
            SimpleNamespace(
                **vars(poisoned(line)) | {"fields": {k + SCRIPT: v + SCRIPT for k, v in line.fields.items()}}
            )
            for line in found.raw
        ]
        return SimpleNamespace(
            **vars(poisoned(found)) | {"facts": facts, "raw": raw, "source": found.source, "item_id": found.item_id}
        )


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    found = People(tmp_path_factory.mktemp("people"), {})
    found.add("mallory", role=Role.AUDITOR, name=SCRIPT)
    return found


@pytest.fixture(scope="module")
def runs() -> FakeRuns:
    return PoisonedRuns(2, 300)


@pytest.fixture(scope="module")
def address(runs: FakeRuns, people: People) -> Iterator[str]:
    with served(create_app(Settings(home=Path("nowhere")), runs.door(), people.workflow)) as found:
        yield found


def test_no_script_of_others_runs_on_any_page(page: Page, address: str, runs: FakeRuns, people: People) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    sign_in(page, address, "mallory", people.passwords["mallory"])
    row = runs.items(MONTH, "service_level", state="missed", limit=1).rows[0]
    pages = {
        "/": ".answer",
        "/statements": "table",
        links.statement(MONTH): ".lines",
        links.indicator(MONTH, "service_level"): ".groups",
        links.items(MONTH, "service_level", state="missed"): ".ag-row",
        links.item(MONTH, "phone_item", row.source, row.item_id): ".raw-where",
        "/account": "h1",
    }
    for path, part in pages.items():
        page.goto(f"{address}{path}")
        expect(page.locator(part).first).to_contain_text("<script>window.hacked=1</script>")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hacked") is None, path
        assert page.locator("img[onerror], a[href^='javascript:']").count() == 0, path
        assert page.locator("script", has_text="window.hacked=1").count() == 0, path
    assert [text for text in told if "Content Security Policy" in text] == []
