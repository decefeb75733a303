"""What the environment says about this installation; read once, at the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where the home is and what to do where a reader has not chosen.

    ``home`` is the folder that `clausemeter` works in. ``language`` is ``zh`` or ``en``. ``database_url`` names the
    PostgreSQL that holds the accounts; None: SQLite in the home. ``proxies``: how many proxies of ours stand before
    this app, whose word on the browser's address and on https is taken. ``oidc_*``: the company's sign-on, where there
    is one; ``url`` is this app's address as browsers know it, which the company leads back to.
    """

    home: Path
    language: str = "zh"
    database_url: str | None = None
    proxies: int = 0
    url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read CLAUSEMETER_HOME (default: data/warehouse), CLAUSEMETER_LANGUAGE (zh) and the others of the docs."""
    proxies = environment.get("CLAUSEMETER_PROXIES") or "0"
    return Settings(
        home=Path(environment.get("CLAUSEMETER_HOME") or "data/warehouse"),
        language=environment.get("CLAUSEMETER_LANGUAGE") or "zh",
        database_url=environment.get("CLAUSEMETER_DATABASE_URL") or None,
        proxies=int(proxies) if proxies.isdecimal() else 0,
        url=environment.get("CLAUSEMETER_URL") or "",
        oidc_issuer=environment.get("CLAUSEMETER_OIDC_ISSUER") or "",
        oidc_client_id=environment.get("CLAUSEMETER_OIDC_CLIENT_ID") or "",
        oidc_client_secret=environment.get("CLAUSEMETER_OIDC_CLIENT_SECRET") or "",
    )
