"""The store: one DuckDB file a home, its event tables, its loads and what was refused."""
