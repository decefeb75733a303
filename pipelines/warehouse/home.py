"""A home: the folder that holds the store, the archive of raw files and the few settings of both."""

from dataclasses import dataclass, fields
from pathlib import Path

from pipelines.core.problem import Problem, Refused
from pipelines.core.yaml_text import read_yaml


@dataclass(frozen=True)
class HomeSettings:
    """What ``settings.yaml`` of a home may say.

    ``memory_limit`` and ``threads`` bound this process's share of the machine (DuckDB would take 80 % of the memory);
    ``threads`` None means every core. ``reader_*`` bound each query that a page makes over a statement's evidence: of
    several workers each has its own. ``retention_days`` None keeps archived files for good.
    """

    memory_limit: str = "4GB"
    threads: int | None = None
    reader_memory_limit: str = "2GB"
    reader_threads: int | None = 2
    retention_days: int | None = None


@dataclass(frozen=True)
class Home:
    """Where a home's parts stand."""

    path: Path

    @property
    def store(self) -> Path:
        """The DuckDB file."""
        return self.path / "clausemeter.duckdb"

    @property
    def archive(self) -> Path:
        """The folder of raw files, each under the SHA-256 of its content."""
        return self.path / "archive"

    @property
    def settings_file(self) -> Path:
        """The settings, which need not be there."""
        return self.path / "settings.yaml"

    def settings(self) -> HomeSettings:
        """Read ``settings.yaml``; a setting it does not have keeps its default, an unknown one is refused."""
        if not self.settings_file.exists():
            return HomeSettings()
        tree = read_yaml(self.settings_file.read_text(encoding="utf-8"), str(self.settings_file))
        value = tree.value or {}
        known = [field.name for field in fields(HomeSettings)]
        problems: list[Problem] = []
        found: dict[str, str | int | None] = {}
        for name, text in value.items() if isinstance(value, dict) else [("", None)]:
            if name not in known:
                problems.append(
                    Problem(
                        where=tree.where((name,)),
                        what=f"There is no setting {name!r}, so it would have no effect.",
                        mend=f"Use one of: {', '.join(known)}.",
                        code="home.unknown_setting",
                    )
                )
            elif name.endswith("memory_limit"):
                found[name] = str(text or getattr(HomeSettings, name))
            elif text is None or (isinstance(text, str) and text.isdecimal() and int(text) > 0):
                found[name] = None if text is None else int(text)
            else:
                problems.append(
                    Problem(
                        where=tree.where((name,)),
                        what=f"{name} is {text!r}, which is not a whole number above 0.",
                        mend=f"Write {name} as digits, or leave it out.",
                        code="home.setting_value",
                    )
                )
        if problems:
            raise Refused(problems)
        return HomeSettings(**found)  # type: ignore[arg-type]
