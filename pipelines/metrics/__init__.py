"""The promises that can be measured: populations, and one state expression a metric."""
