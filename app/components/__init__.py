"""Views become Dash components: no callbacks, no queries, no ids but those of a page's own lines."""
