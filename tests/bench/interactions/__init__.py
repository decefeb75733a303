"""A month of interactions under twenty indicators: the product against hand-fused SQL, pandas and polars."""
