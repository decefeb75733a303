"""clausemeter: from raw interaction logs to a settled month."""
