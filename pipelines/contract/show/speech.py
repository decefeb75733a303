"""How figures, spans and dated values are written in one language."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.contract.bands import closed_for, tiers, top_of
from pipelines.contract.model import Band, Value, Words
from pipelines.contract.show.words import OPTIONS, TITLES, UNITS, Language, Pair
from pipelines.core.exact import decimal_text
from pipelines.core.money import minor_digits
from pipelines.metrics.declare import Metric


@dataclass(frozen=True)
class Speech:
    """One language, the contract's currency and first day; ``on``: only what holds that day (None: the history)."""

    language: Language
    currency: str
    begins: date
    on: date | None = None

    def say(self, zh: str, en: str) -> str:
        """Return one of two texts."""
        return zh if self.language == "zh" else en

    def of(self, pair: Pair) -> str:
        """Return one of a pair."""
        return pair[self.language == "en"]

    def words(self, words: Words | Mapping[str, str] | None) -> str:
        """Return a text of the contract in this language, or in the other where it has only that."""
        if words is None:
            return ""
        zh, en = (words.zh, words.en) if isinstance(words, Words) else (words.get("zh", ""), words.get("en", ""))
        return (en or zh) if self.language == "en" else (zh or en)

    def title(self, key: str) -> str:
        """Return the title of an option or a figure."""
        return self.of(OPTIONS[key][0] if key in OPTIONS else TITLES[key])

    def choice(self, key: str, value: object, *, is_default: bool = False) -> str:
        """Return what a choice means; a default is marked as such."""
        return self.of(OPTIONS[key][1][str(value)]) + (self.default if is_default else "")

    def option(self, key: str, value: object, given: Collection[str], *, at: str = "") -> list[str]:
        """Return a row of a table of options: title, key (in the part ``at``), what was chosen or holds by default."""
        name = key.rpartition(".")[2]
        return [self.title(key), f"`{at}{name}`", self.choice(key, value, is_default=name not in given)]

    def chosen(self, key: str, value: object, given: Collection[str]) -> str:
        """Return the same in a sentence: *title: choice*."""
        title, _, choice = self.option(key, value, given)
        return f"{title}{self.colon}{choice}"

    @property
    def options_head(self) -> list[str]:
        """The headers of a table of options."""
        return [self.say("选项", "option"), self.say("键", "key"), self.say("约定", "agreed")]

    @property
    def colon(self) -> str:
        """What stands between a title and what it says."""
        return self.say("：", ": ")

    @property
    def semicolon(self) -> str:
        """What stands between two sentences of one line."""
        return self.say("；", "; ")

    @property
    def default(self) -> str:
        """The mark of what nobody wrote."""
        return self.say("（默认）", " (default)")

    @property
    def comma(self) -> str:
        """What stands between the words of a list."""
        return self.say("、", ", ")

    def percent(self, share: Decimal) -> str:
        """0.005 → 0.5%."""
        return f"{decimal_text(share * 100)}%"

    def money(self, amount: Decimal) -> str:
        """Return a sum with its currency's digits, or with all that it has."""
        places = minor_digits(self.currency)
        exact = f"{amount:,f}" if -int(amount.as_tuple().exponent) > places else f"{amount:,.{places}f}"
        return self.say(
            f"{exact} 元" if self.currency == "CNY" else f"{exact} {self.currency}", f"{self.currency} {exact}"
        )

    def value(self, value: Decimal, metric: Metric | None) -> str:
        """Return a value in its metric's unit: 0.92 → 92%."""
        if metric is None:
            return decimal_text(value)
        if metric.unit == "share":
            return self.percent(value)
        unit = self.of(UNITS[metric.unit]) if metric.unit in UNITS else metric.unit
        return f"{decimal_text(value)} {unit}"

    def step(self, step: Decimal, metric: Metric | None, *, relative: bool) -> str:
        """Return a step in words: a percentage point, a unit, or a share of the target."""
        if relative:
            return self.say(f"目标的 {self.percent(step)}", f"{self.percent(step)} of the target")
        if metric is not None and metric.unit == "share":
            return self.say(f"{decimal_text(step * 100)} 个百分点", f"{decimal_text(step * 100)} percentage point(s)")
        return self.value(step, metric)

    def share_or_sum(self, rate: Decimal | None, amount: Decimal | None, base: Sequence[str] | None) -> str:
        """Return a percentage of its base, or a sum."""
        if rate is not None:
            of = self.base(base)
            return self.say(f"{of}的 {self.percent(rate)}", f"{self.percent(rate)} of {of}")
        return self.money(amount) if amount is not None else "?"

    def base(self, base: Sequence[str] | None) -> str:
        """Return what a percentage is taken of."""
        if base is None:
            return self.say("当月服务费", "the month's fees")
        named = [self.say("不含税价", "net of tax") if one == "net_of_tax" else f"`{one}`" for one in base]
        return self.comma.join(named) + self.say(" ", "")

    def span(self, since: date, until: date | None) -> str:
        """Return a span with its last day in, as a person says it."""
        if until is None:
            return self.say(f"{since} 起", f"from {since}")
        return self.say(f"{since} 至 {until - timedelta(days=1)}", f"{since} to {until - timedelta(days=1)}")

    def since(self, one: Value[Any]) -> str:
        """Return from when on a later value holds, and by which words; nothing of the first."""
        if not one.since or one.since <= self.begins:
            return ""
        by = f"{self.comma}{one.by}" if one.by else ""
        return self.say(f"（{one.since} 起{by}）", f" (from {one.since}{by})")

    def held(self, values: Sequence[Value[Any]]) -> list[Value[Any]]:
        """Return the values to be shown, in order of day: the history, or the one that holds on the day asked for."""
        ordered = sorted(values, key=lambda one: one.since or self.begins)
        if self.on is None:
            return ordered
        begun = [one for one in ordered if (one.since or self.begins) <= self.on]
        return begun[-1:]

    def dated(self, values: Sequence[Value[Any]], texts: Iterable[str], by: str) -> str:
        """Return dated values in one cell: the first as it is, each later one with its day and its words."""
        found = []
        for one, text in zip(self.held(values), texts, strict=True):
            rests = [f"{one.since}" + self.say(" 起", " on")] if one.since and one.since > self.begins else []
            rests += [one.by] if one.by and one.by not in (by, "default") else []
            mark = self.default if one.by == "default" else ""
            found.append(
                text + mark + (self.say("（", " (") + self.comma.join(rests) + self.say("）", ")") if rests else "")
            )
        return self.say("；", "; ").join(found)

    def tier_rows(
        self, bands: Sequence[Band], metric: Metric | None, closed: str | None, better: str
    ) -> list[tuple[str, Band]]:
        """Return each tier's span in words, worst first as the bands go."""
        edge = closed_for(better, "left" if closed == "left" else "right" if closed == "right" else None)
        top = top_of(metric.aggregate) if metric else None
        rows = []
        for tier in tiers(bands, top):
            low, high = self.value(tier.from_, metric), None if tier.until is None else self.value(tier.until, metric)
            is_first = tier.from_ == 0
            if edge == "left":
                text = f"≥ {low}" if high is None or tier.until == top else f"{low} ≤ x < {high}"
                text = f"< {high}" if is_first and high is not None and tier.until != top else text
            else:
                text = f"> {low}" if high is None or tier.until == top else f"{low} < x ≤ {high}"
                text = f"≤ {high}" if is_first and high is not None and tier.until != top else text
            if tier.from_ == tier.until:
                text = f"= {low}"
            rows.append((text, tier.band))
        return rows


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table, padded so that it reads as plain text too; wide characters count as two."""
    every = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in [headers, *rows]]
    widths = [max(_width(row[n]) for row in every) for n in range(len(headers))]
    lines = [
        "| " + " | ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in every
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:], ""]


def _width(text: str) -> int:
    return sum(2 if ord(one) >= 0x2E80 else 1 for one in text)
