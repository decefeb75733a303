"""THE SEAM, TO BE FILLED BY THE LEAD: the product's engine, driven with the reference's facts, told in its record.

Until it is, everything that would compare the two says so by name instead of passing.
"""

import pytest

from pipelines.contract.model import Contract
from tests.reference_settlement.facts import Facts, Past, Result

# To be set to () with the function below: until then every comparison is expected to stop here, and fails if it does not.
AWAITED = pytest.mark.xfail(raises=NotImplementedError, strict=True, reason="the seam to the product is not filled yet")


def settle_with_product(contract: Contract, month: str, facts: Facts, past: Past | None) -> Result:
    """Settle ``month`` (``2026-10``) with the product from the same facts, and return what it says in the same words.

    ``past`` is what this function itself returned for the month before (``Result.past``), or None. Of a ``Line`` only
    step, indicator, consequence, day, item and amount are compared, of the lines that are not 0; ``indicator`` and
    ``consequence`` are the ids, a fee's, cap's and table's id stands in ``consequence`` (``coefficient`` and, of an
    adjustment, its month too), a for_each's child is ``id[value]``. ``points`` are percent of the weight.
    """
    raise NotImplementedError("tests/reference_settlement/product.py is to be filled when the engine is merged")
