"""Money, exact ratios, dated values, periods, problems and digests: what every floor above speaks in."""
