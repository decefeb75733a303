"""The month counted by hand: it agrees with the product, would notice if it did not, and is stored as it runs."""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks/a_month_audited_by_hand.ipynb"

# Run after the notebook, in its kernel: each figure of the product is made wrong in turn, and the notebook's last cell
# is asked again. Printed are the wrong figures that it let pass.
SABOTAGE = """
import copy

right, tried, unnoticed = statement, 0, []


def told_wrong(name, field):
    wrong = copy.deepcopy(right)
    indicator = next(i for i in wrong["indicators"] if i["id"] == name)
    if field == "missing":
        wrong["indicators"].remove(indicator)
    elif field == "verdict":
        indicator["verdict"] = "missed" if indicator["verdict"] != "missed" else "met"
    elif field == "reason":
        indicator["states"]["excluded"]["made up"] = 1
    elif field == "n":
        indicator["n"] += 1
    elif field == "value":
        indicator["value"] = str(Fraction(indicator["value"]) + Fraction(1, 10**12))
    else:
        indicator[field] = str(int(indicator[field]) + 1)
    return wrong


for name in by_hand:
    for field in ("numerator", "denominator", "value", "n", "reason", "verdict", "missing"):
        statement, tried = told_wrong(name, field), tried + 1
        try:
            exec(LAST_CELL)
        except AssertionError:
            continue
        unnoticed.append(f"{name}: {field}")
statement = right
print(json.dumps({"tried": tried, "unnoticed": unnoticed}))
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """Run a copy of the notebook and then the sabotage, with a home and temporary folders of its own."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    last_cell = notebook.cells[-1].source
    notebook.cells.append(nbformat.v4.new_code_cell(f"LAST_CELL = {last_cell!r}\n{SABOTAGE}"))
    home = tmp_path_factory.mktemp("home")
    own = {name: str(home) for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "TMPDIR", "CLAUSEMETER_HOME")}
    with pytest.MonkeyPatch.context() as here:
        here.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
        )
        client.execute(env={**os.environ, **own})
    assert not (home / "warehouse.duckdb").exists()
    return notebook


def as_stored(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook as it is kept: small tables and printed lines, no counters, times or style sheets."""
    kept = nbformat.reads(nbformat.writes(notebook), as_version=4)
    for cell in kept.cells:
        if cell.cell_type != "code":
            continue
        cell.execution_count, cell.metadata = None, {}
        outputs: list[NotebookNode] = []
        for output in cell.outputs:
            if output.output_type == "stream" and outputs and outputs[-1].output_type == "stream":
                outputs[-1].text += output.text  # a kernel hands out what is printed in pieces, as it likes
            elif output.output_type == "stream":
                outputs.append(nbformat.v4.new_output("stream", name=output.name, text=output.text))
            elif "text/html" in output.data:
                table = re.sub(r"<style scoped>.*?</style>\n?", "", output.data["text/html"], flags=re.DOTALL)
                outputs.append(nbformat.v4.new_output("display_data", data={"text/html": table}))
            else:
                data = {"text/plain": output.data["text/plain"]}
                outputs.append(nbformat.v4.new_output("display_data", data=data))
        cell.outputs = outputs
    return kept


def test_counts_sums_and_verdicts_by_hand_are_the_products(executed: NotebookNode) -> None:
    last = as_stored(executed).cells[-2]
    assert last.outputs[0].text.startswith("Every line, every count, every sum")


def test_no_wrong_figure_of_the_product_goes_unnoticed(executed: NotebookNode) -> None:
    said = json.loads(as_stored(executed).cells[-1].outputs[0].text)
    assert said == {"tried": 16 * 7, "unnoticed": []}


def test_the_hand_side_uses_nothing_of_the_product() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    imported = set(re.findall(r"^\s*(?:from|import) (pipelines[\w.]*|app[\w.]*)", source, flags=re.MULTILINE))
    assert imported == {"pipelines.samples.generate"}


def test_the_notebook_is_stored_as_it_runs(executed: NotebookNode, request: pytest.FixtureRequest) -> None:
    fresh = as_stored(executed)
    del fresh.cells[-1]  # the sabotage
    if request.config.getoption("--rewrite-snapshots"):
        NOTEBOOK.write_text(nbformat.writes(fresh) + "\n", encoding="utf-8")
    stored = nbformat.read(NOTEBOOK, as_version=4)
    mend = "run `pytest tests/notebooks --rewrite-snapshots`, and read what changed"
    for number, (was, now) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        assert was.get("outputs") == now.get("outputs"), f"cell {number} says something else now: {mend}"


def test_the_stored_notebook_names_no_folder_of_any_machine_and_shows_no_personal_number() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.findall(r"/(?:work|tmp|root|home|Users|private|var)/", text)
    assert not re.findall(r"\b1990000\d{4}\b|\bC1000\d{4}\b|\bkh\d+@", text)  # telephone numbers, customers, mail
