"""Files into the store: archived by content, loaded once, every line accounted for, and found again from a row."""
