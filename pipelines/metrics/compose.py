"""Terms put into expressions, expressions composed into one scan a population.

Every indicator of a population becomes one column of small codes beside the item's id: a wide row an item. One
aggregation counts them all, one page drills into them all, and nothing can leave a denominator unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

from pipelines.core.dated import Piece
from pipelines.core.zone import day_begins_at
from pipelines.metrics.declare import STATE_TEXT, WORD, Metric, Term, population_needs, population_sql
from pipelines.metrics.frame import Frame, instant, local_day_sql
from pipelines.metrics.item import item_select

OUTSIDE_SCOPE = "out of scope"


@dataclass(frozen=True)
class Ask:
    """One indicator's question to a population.

    ``terms`` gives each term its pieces over the days asked for; ``scope`` is an SQL condition over the population's
    columns, or None when every item of the contract counts. ``column`` names its columns in the wide row.
    """

    column: str
    metric: Metric
    terms: Mapping[str, Sequence[Piece[str]]]
    scope: str | None = None


def population_options(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]]) -> tuple[tuple[str, str], ...]:
    """Return the metric's terms that choose among its population's own readings, as SQL.

    A number of days may change within the month, item by item; a choice (a clock's start, a scale) holds for the whole
    month, by its last day.
    """
    chosen = [(name, term) for name, term in sorted(metric.terms.items()) if term.of_population]
    return tuple((name, _option(term, terms[name])) for name, term in chosen)


def _option(term: Term, pieces: Sequence[Piece[str]]) -> str:
    if term.unit == "days":
        return dated_literal(term, pieces)
    return pieces[-1].value if term.choices else term.literal(pieces[-1].value)


def dated_literal(term: Term, pieces: Sequence[Piece[str]]) -> str:
    """Return a term's value as SQL; one that changes becomes a CASE over the item's service day."""
    sql = term.literal(pieces[-1].value)
    for earlier in reversed(pieces[:-1]):
        sql = f"CASE WHEN service_on < DATE '{earlier.days.until}' THEN {term.literal(earlier.value)} ELSE {sql} END"
    return sql if len(pieces) == 1 else f"({sql})"


def expression_sql(ask: Ask) -> str:
    """Return the metric's expression with the terms in force put in."""
    return with_terms(ask, ask.metric.sql)


def with_terms(ask: Ask, sql: str) -> str:
    """Return an expression of the metric with the names of terms replaced by what they are worth."""

    def put(word: str) -> str:
        term = ask.metric.terms.get(word)
        return word if term is None else dated_literal(term, ask.terms[word])

    return WORD.sub(lambda match: put(match[0]) if match[0][0] not in "'-" else match[0], sql)


def coded_sql(ask: Ask) -> str:
    """Return the expression giving small codes: the place of each state in ``metric.states``, from 1."""
    codes = {state: str(number) for number, state in enumerate(ask.metric.states, start=1)}
    return STATE_TEXT.sub(lambda match: codes[match[1].replace("''", "'")], expression_sql(ask))


def scoped(scope: str, population: str, *, place: str, channel: str | None = None) -> str:
    """Return the condition of a scope as it reads in a population."""
    return f"({Template(scope).safe_substitute(place=place, channel=channel or population_needs(population).channel)})"


def population_select(population: str, frame: Frame) -> str:
    """Return the SELECT of a population for the days, zone, cut-off and scope of ``frame``."""
    return Template(population_sql(population)).substitute(
        since_at=instant(day_begins_at(frame.days.since, frame.zone)),
        until_at=instant(day_begins_at(frame.days.until, frame.zone)),
        cut_off_at=instant(frame.cut_off_at),
        in_scope=scoped(frame.in_scope, population, place=population_needs(population).place),
        in_scope_of_leg=scoped(frame.in_scope, population, place="place", channel="'phone'"),
        service_on=local_day_sql("arrival_at", frame.zone, frame.days),
        **dict(frame.options),
    )


def wide_select(population: str, frame: Frame, asks: Sequence[Ask]) -> str:
    """Return one SELECT: each item of a population, its ids and dimensions and, per indicator, its state and amount."""
    columns = []
    for ask in asks:
        states = coded_sql(ask)
        if ask.scope is not None:
            states = f"CASE WHEN {scoped(ask.scope, population, place='arrival_at')} THEN {states} END"
        columns.append(f"CAST(CASE WHEN outside IS NULL THEN {states} END AS UTINYINT) AS {ask.column}_state")
        if ask.metric.amount is not None:
            columns.append(f"CAST({with_terms(ask, ask.metric.amount)} AS DECIMAL(18, 6)) AS {ask.column}_amount")
    listed = "".join(f",\n       {column}" for column in columns)
    return (
        f"WITH population AS (\n{population_select(population, frame)}\n),\n"
        f"item AS (\n{item_select(population, frame)}\n)\n"
        "SELECT item_source, item_id, arrival_at, service_on, queue, team, agent_id, load_id, outside,"
        f" {population_needs(population).log} AS log_source{listed}\nFROM item"
    )


def readable_select(frame: Frame, ask: Ask) -> str:
    """Return the metric as a SELECT of its own, for an auditor to read and run: every item, its state in words."""
    scope = ""
    if ask.scope:
        ours = scoped(ask.scope, ask.metric.population, place="arrival_at")
        scope = f"WHEN NOT coalesce({ours}, false) THEN 'outside: {OUTSIDE_SCOPE}'\n            "
    amount = f", {with_terms(ask, ask.metric.amount)} AS amount" if ask.metric.amount else ""
    body = "\n".join("            " + line for line in expression_sql(ask).splitlines()).strip()
    return (
        f"WITH population AS (\n{population_select(ask.metric.population, frame)}\n),\n"
        f"item AS (\n{item_select(ask.metric.population, frame)}\n)\n"
        f"SELECT item_source, item_id, service_on,\n"
        f"       CASE WHEN outside IS NOT NULL THEN 'outside: ' || outside\n            {scope}ELSE\n"
        f"            {body}\n       END AS state{amount}\nFROM item\nORDER BY item_source, item_id"
    )
