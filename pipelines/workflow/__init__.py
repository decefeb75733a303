"""Who may come in, and what was done: accounts, sessions and the audit trail, in SQLite or PostgreSQL."""
