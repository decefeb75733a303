"""Steps: a percentile's amounts put together, so that a view need read one step's amounts alone."""

UNITS, STEPS_EACH, DOUBLINGS = 8, 32, 28  # eighths of a second, 32 steps to each doubling
MOST = STEPS_EACH * 2 ** (DOUBLINGS - 1) // UNITS  # seconds, 17 years: what lies beyond is one step


def step_sql(amount: str) -> str:
    """Return the step of an amount, greater ones in higher steps: whole eighths below 4, then 32 a doubling.

    0.9 is in step 7; 4 to 4 1/8 in 32; 8 to 8 1/4 in 64, 8 1/4 to 8 1/2 in 65; 16 to 16 1/2 in 96.
    """
    whole = f"CAST(floor(least({amount}, {MOST}) * {UNITS}) AS BIGINT)"
    whens = [f"WHEN {whole} < {STEPS_EACH} THEN {whole}"]
    for place in range(1, DOUBLINGS):
        first, width = STEPS_EACH * 2 ** (place - 1), 2 ** (place - 1)
        whens.append(f"WHEN {whole} < {2 * first} THEN {STEPS_EACH * place} + ({whole} - {first}) // {width}")
    return f"CAST(CASE {' '.join(whens)} ELSE {STEPS_EACH * DOUBLINGS} END AS SMALLINT)"
