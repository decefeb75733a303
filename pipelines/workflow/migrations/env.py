"""What alembic runs: the steps, over the connection (and in the transaction) that store.py lends."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
