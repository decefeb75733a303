"""What was found, as the search lists it."""

from app.components import links
from app.components.words import item_name, person
from app.i18n import month_text, of, t
from app.views import Hit


def hit_row(hit: Hit) -> dict[str, str]:
    """Return a hit with its words and its address."""
    href = {
        "indicator": lambda: links.indicator(hit.statement_id, hit.indicator_id),
        "clause": lambda: links.contract(hit.statement_id, hit.indicator_id),
        "agent": lambda: links.items(hit.statement_id, hit.indicator_id, groups=(("agent", hit.text),)),
        "item": lambda: links.item(hit.statement_id, hit.population, hit.source, hit.item_id),
    }[hit.kind]()
    text = {
        "agent": person("agent", hit.text),
        "item": item_name(hit.text),
        "clause": t("search.clause", clause=hit.text),
    }
    note = {"item": hit.source, "clause": of(hit.name)}.get(hit.kind, hit.text if hit.kind == "indicator" else "")
    return {
        "kind": t(f"search.{hit.kind}_kind"),
        "text": text.get(hit.kind) or of(hit.name),
        "note": f"{note} · {month_text(hit.month)}" if note else month_text(hit.month),
        "href": href,
    }
