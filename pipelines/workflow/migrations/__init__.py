"""The schema's steps, by alembic: run by store.py when a store is opened."""
