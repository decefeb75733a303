"""Holiday notices of mainland China, one file a year; ``data/calendars`` shows the same files."""
