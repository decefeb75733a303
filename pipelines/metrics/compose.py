"""Terms put into expressions, expressions composed into one scan a population.

Every indicator of a population becomes one column of small codes beside the item's id: a wide row an item. One
aggregation counts them all, one page drills into them all, and nothing can leave a denominator unseen. Where only
counts are asked, the same columns are counted as they are made, and no row is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from string import Template

from pipelines.core.dated import Piece
from pipelines.core.zone import day_begins_at
from pipelines.metrics.declare import STATE_TEXT, WORD, Group, Metric, Term, population_needs, population_sql, quoted
from pipelines.metrics.frame import LOOK_BACK, Frame, instant, local_day_sql
from pipelines.metrics.item import item_select

OUTSIDE_SCOPE = "out of scope"
SPLIT_TABLES = {"sessions": "item_session", "rounds": "item_round"}
# What a wide row says of its item beside the states.
FACTS = ("item_source", "item_id", "arrival_at", "service_on", "period_on", "queue", "team", "agent_id", "load_id")


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
    relief: tuple[
        tuple[str, str], ...
    ] = ()  # conditions like ``scope``, each with the state of the items that it names

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that it can give, in the order of their codes: the metric's, and those of relief."""
        return tuple(dict.fromkeys([*self.metric.states, *(state for _, state in self.relief)]))

    @property
    def last_values(self) -> dict[str, str]:
        """What each term is worth on the last day: the choices that hold for whole periods."""
        return {name: pieces[-1].value for name, pieces in self.terms.items()}

    @property
    def population(self) -> str:
        """The population that its terms choose."""
        return self.metric.population_for(self.last_values)

    @property
    def percentile(self) -> Decimal | None:
        """Which percentile is asked for, by the last day's terms."""
        return percentile_in(self.last_values)

    @property
    def group(self) -> Group | None:
        """How its items are grouped, or None where each counts for itself."""
        group = self.metric.group
        return None if group is None or group.is_off(self.last_values) else group

    @property
    def kinds(self) -> list[str]:
        """What its columns in the wide row are, each named ``<column>_<kind>``."""
        metric = self.metric
        found = ["state", *(["amount"] if metric.amount else []), *(["whole"] if metric.whole else [])]
        return [*found, "group"] if self.group else found


def percentile_in(values: Mapping[str, str]) -> Decimal | None:
    """Return the percentile that these terms ask for."""
    return Decimal(values["percentile"]) if "percentile" in values else None


def population_options(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]]) -> tuple[tuple[str, str], ...]:
    """Return the metric's terms that choose among its population's own readings, as SQL.

    A number of days may change within the month, item by item; a choice (a clock's start, a scale) holds for the whole
    month, by its last day.
    """
    values = {name: pieces[-1].value for name, pieces in terms.items()}
    # where the due instant decides the period, the limit decides which items are there
    needs = population_needs(metric.population_for(values))
    limits = needs.limits if values.get("period_by", "arrival") != "arrival" else ()
    chosen = [(name, term) for name, term in sorted(metric.terms.items()) if term.of_population or name in limits]
    options = [
        (name, dated_literal(term, terms[name]) if name in limits else _option(term, terms[name]))
        for name, term in chosen
    ]
    if needs.due or needs.due_running:
        return tuple(options)
    # what a population says of itself is no choice: metrics that leave it so share one scan
    return tuple((name, sql) for name, sql in options if needs.options.get(name) != sql)


# Options that give a limit its length: two of them cannot share a scan.
LIMITS = frozenset(("within_days", "limit", "within_h", "within_s", "answer_within_s", "eligible_days"))


def scans_for(questions: Iterable[tuple[Ask, Frame]]) -> dict[tuple[str, Frame], list[Ask]]:
    """Put together the questions that one scan can answer: of one population and frame, whose readings do not differ.

    A reading that a metric has no term for, or leaves to what its population says of itself, differs from none.
    """
    scans: list[tuple[str, Frame, list[Ask]]] = []
    for ask, frame in questions:
        for place, (population, known, asks) in enumerate(scans):
            if population == ask.population and (merged := _merged(population, known, frame)) is not None:
                scans[place] = (population, merged, [*asks, ask])
                break
        else:
            scans.append((ask.population, frame, [ask]))
    return {(population, frame): asks for population, frame, asks in scans}


def _merged(population: str, one: Frame, other: Frame) -> Frame | None:
    """Return the frame that serves both, or None where they differ in more than options, or in an option."""
    ours, theirs = dict(one.options), dict(other.options)
    said = {"period_by": "arrival", "split_after_min": "0", **population_needs(population).options}
    if replace(one, options=()) != replace(other, options=()):
        return None
    if any(ours.get(name, said.get(name)) != theirs.get(name, said.get(name)) for name in _both(ours, theirs, said)):
        return None
    if LIMITS & set(ours) and LIMITS & set(theirs) and LIMITS & set(ours) != LIMITS & set(theirs):
        return None
    return replace(one, options=tuple(sorted((ours | theirs).items())))


def _both(ours: Mapping[str, str], theirs: Mapping[str, str], said: Mapping[str, str]) -> set[str]:
    """Return the options on which both have a word: their own, or the population's."""
    return {name for name in {*ours, *theirs} if (name in ours or name in said) and (name in theirs or name in said)}


def _option(term: Term, pieces: Sequence[Piece[str]]) -> str:
    if term.unit in ("days", "days or h"):
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
    """Return the expression giving small codes: the place of each state in ``ask.states``, from 1."""
    codes = {state: str(number) for number, state in enumerate(ask.states, start=1)}
    return STATE_TEXT.sub(lambda match: codes[match[1].replace("''", "'")], expression_sql(ask))


def relieved_sql(ask: Ask, population: str) -> str:
    """Return the coded expression, under it the items for which relief was granted; they are asked for nothing."""
    codes = {state: number for number, state in enumerate(ask.states, start=1)}
    whens = [f"WHEN {scoped(sql, population, place='arrival_at')} THEN {codes[state]}" for sql, state in ask.relief]
    return f"CASE {' '.join(whens)} ELSE {coded_sql(ask)} END" if whens else coded_sql(ask)


def branches(sql: str) -> list[tuple[str, str]]:
    """Return the branches of a state expression: each condition with its state, the last one's ``true``."""
    found: list[tuple[str, str]] = []
    depth, begins, condition = 0, 0, ""
    for token in WORD.finditer(sql):
        word = token[0]
        if word == "CASE":
            depth += 1
        elif word == "END":
            depth -= 1
        elif depth == 1 and word == "WHEN":
            begins = token.end()
        elif depth == 1 and word == "THEN":
            condition = sql[begins : token.start()].strip()
        elif depth == 1 and word == "ELSE":
            condition = "true"
        elif depth == 1 and condition and word.startswith("'"):
            found.append((condition, word[1:-1].replace("''", "'")))
            condition = ""
    return found


def scoped(scope: str, population: str, *, place: str, channel: str | None = None) -> str:
    """Return the condition of a scope as it reads in a population."""
    return f"({Template(scope).safe_substitute(place=place, channel=channel or population_needs(population).channel)})"


def split_minutes(frame: Frame) -> Decimal:
    """Return the minutes of silence that split a chat session, by the frame's options; 0: none do."""
    return Decimal(dict(frame.options).get("split_after_min", "0"))


def split_table(table: str, minutes: Decimal) -> str:
    """Return the name of a chat table whose sessions are split by so many minutes of silence: item_session_split_30."""
    return f"{table}_split_{minutes.normalize():f}".replace(".", "_") if minutes else table


def population_select(population: str, frame: Frame) -> str:
    """Return the SELECT of a population for the days, zone, cut-off and scope of ``frame``."""
    needs, minutes = population_needs(population), split_minutes(frame)
    since_at = day_begins_at(frame.days.since, frame.zone)
    if frame.period_by != "arrival":
        since_at -= LOOK_BACK  # an item of this period may have arrived long before it
    return Template(population_sql(population)).substitute(
        {name: split_table(table, minutes) for name, table in SPLIT_TABLES.items()} | dict(needs.options),
        since_at=instant(since_at),
        until_at=instant(day_begins_at(frame.days.until, frame.zone)),
        cut_off_at=instant(frame.cut_off_at),
        in_scope=scoped(frame.in_scope, population, place=needs.place),
        calendar=quoted(frame.calendar or ""),
        in_scope_of_leg=scoped(frame.in_scope, population, place="place", channel="'phone'"),
        service_on=local_day_sql("arrival_at", frame.zone, frame.days),
        **dict(frame.options),
    )


def names_in(expressions: Iterable[str]) -> frozenset[str]:
    """Return the names that stand in SQL expressions, texts and comments passed over."""
    return frozenset(
        word for sql in expressions for word in WORD.findall(sql) if not word.startswith("'") and word[:2] != "--"
    )


def _spoken_by(ask: Ask) -> list[str]:
    """Return the expressions of an ask's states and amounts, its terms put in."""
    return [with_terms(ask, sql) for sql in (ask.metric.sql, ask.metric.amount, ask.metric.whole) if sql]


def _names_of(asks: Sequence[Ask]) -> list[str]:
    """Return what the asks speak of: their expressions, amounts, groups and scopes."""
    spoken = [sql for ask in asks for sql in _spoken_by(ask)]
    conditions = [sql for ask in asks for sql in _conditions_of(ask, ask.population)]
    return [*spoken, *(ask.group.key for ask in asks if ask.group), *conditions]


def _conditions_of(ask: Ask, population: str) -> list[str]:
    """Return the conditions on which items are asked, or relieved, as they read in a population."""
    found = [ask.scope or "true", *(sql for sql, _ in ask.relief)]
    return [scoped(sql, population, place="arrival_at") for sql in found]


def inputs_of(asks: Sequence[Ask], known: Iterable[str]) -> list[str]:
    """Return which of the ``known`` columns of a population's items decide the asks' states and amounts.

    With these beside its id, an item's states can be worked out again from its row alone: what other rows decided (a
    repeat, a survey, a merged case) is a column by then. The key of a group is none: the row bears the group itself.
    """
    spoken = [sql for ask in asks for sql in _spoken_by(ask)]
    named = names_in([*spoken, *(sql for ask in asks for sql in _conditions_of(ask, ask.population))])
    return sorted(named & set(known))


def ask_columns(population: str, asks: Sequence[Ask], *, groups: bool = True) -> list[str]:
    """Return the columns of the asks: each one's state, its amount (a ratio's two), and the group that it counts in."""
    columns = []
    for ask in asks:
        states = relieved_sql(ask, population)
        if ask.scope is not None:
            states = f"CASE WHEN {scoped(ask.scope, population, place='arrival_at')} THEN {states} END"
        columns.append(f"CAST(CASE WHEN outside IS NULL THEN {states} END AS UTINYINT) AS {ask.column}_state")
        if ask.metric.amount is not None:
            columns.append(f"CAST({with_terms(ask, ask.metric.amount)} AS DECIMAL(18, 6)) AS {ask.column}_amount")
        if ask.metric.whole is not None:
            columns.append(f"CAST({with_terms(ask, ask.metric.whole)} AS DECIMAL(18, 6)) AS {ask.column}_whole")
        if groups and ask.group is not None:
            columns.append(f"CAST({ask.group.key} AS VARCHAR) AS {ask.column}_group")
    return columns


def scan_select(
    population: str, frame: Frame, asks: Sequence[Ask], columns: Sequence[str], rows: str | None = None
) -> str:
    """Return one SELECT over each item of a population: ``columns`` (SQL over the item), then those of the asks.

    Only what is spoken of is joined: an item without a question of hours needs no calendar. ``rows``: a SELECT of the
    population's rows, where others are wanted than the frame's.
    """
    listed = ",\n       ".join([*columns, *ask_columns(population, asks)])
    spoken = names_in([*columns, *_names_of(asks)])
    return (
        f"WITH population AS (\n{rows or population_select(population, frame)}\n),\n"
        f"item AS (\n{item_select(population, frame, spoken)}\n)\n"
        f"SELECT {listed}\nFROM item"
    )


def wide_select(population: str, frame: Frame, asks: Sequence[Ask], inputs: Sequence[str] = ()) -> str:
    """Return one SELECT: each item of a population, its ids and dimensions and, per indicator, its state and amount.

    ``inputs``: columns of the item to keep beside them.
    """
    log = f"{population_needs(population).log} AS log_source"
    return scan_select(population, frame, asks, [*FACTS, "outside", log, *inputs])


def item_rows(population: str, frame: Frame, asks: Sequence[Ask]) -> str:
    """Return the SELECT of a population's items with every column that they have where the asks are asked."""
    spoken = names_in([*FACTS, *_names_of(asks)])
    return (
        f"WITH population AS (\n{population_select(population, frame)}\n)\n"
        f"SELECT * FROM (\n{item_select(population, frame, spoken)}\n)"
    )


def readable_select(frame: Frame, ask: Ask) -> str:
    """Return the metric as a SELECT of its own, for an auditor to read and run: every item, its state in words."""
    scope = ""
    if ask.scope:
        ours = scoped(ask.scope, ask.population, place="arrival_at")
        scope = f"WHEN NOT coalesce({ours}, false) THEN 'outside: {OUTSIDE_SCOPE}'\n            "
    amount = f", {with_terms(ask, ask.metric.amount)} AS amount" if ask.metric.amount else ""
    amount += f", {with_terms(ask, ask.metric.whole)} AS whole" if ask.metric.whole else ""
    group = f", {ask.group.key} AS counted_with" if ask.group else ""
    body = "\n".join("            " + line for line in expression_sql(ask).splitlines()).strip()
    return (
        f"WITH population AS (\n{population_select(ask.population, frame)}\n),\n"
        f"item AS (\n{item_select(ask.population, frame, names_in(_names_of([ask])))}\n)\n"
        f"SELECT item_source, item_id, service_on,\n"
        f"       CASE WHEN outside IS NOT NULL THEN 'outside: ' || outside\n            {scope}ELSE\n"
        f"            {body}\n       END AS state{amount}{group}\nFROM item\nORDER BY item_source, item_id"
    )
