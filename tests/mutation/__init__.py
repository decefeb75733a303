"""What the tests notice: each metric's expression, and the code of scoring and worktime, changed a little at a time."""
