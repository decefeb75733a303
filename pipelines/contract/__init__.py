"""The contract as dated, cited values: its model, its parser, its linter, and the terms of a day."""
