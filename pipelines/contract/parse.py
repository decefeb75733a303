"""A contract's text becomes its model; every problem of its form at once, each with file and line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from pipelines.contract.amendment import AmendmentInForce, AmendmentSource, File, holding, parse_amendments
from pipelines.contract.form_problems import form_problems
from pipelines.contract.merge import merged
from pipelines.contract.model import Contract
from pipelines.core.period import Month
from pipelines.core.problem import Refused, by_place, refuse_if_any
from pipelines.core.yaml_text import TextTree, read_keys


@dataclass(frozen=True)
class Source:
    """A contract with the text it came from: the model, the tree that knows the lines, and the digest of the bytes.

    ``files`` are the contract's and its amendments'; ``amendments`` those that it was read with, in order.
    """

    model: Contract
    tree: TextTree
    digest: str
    files: tuple[File, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()

    def where(self, *path: str | int) -> str:
        """Return file and line of a part of the contract."""
        return self.tree.where(path)


def parse_contract(
    text: str,
    name: str,
    amendments: Sequence[File] = (),
    *,
    month: Month | None = None,
    known_on: date | None = None,
    sealed_with: Collection[str] | None = None,
) -> Source:
    """Read a contract. Unknown keys, missing parts and values that cannot be read are refused, all of them at once.

    With ``amendments`` it is read as it stands in ``month`` (None: with all of them), as far as they were signed by
    ``known_on``. ``sealed_with``: see ``amendment.holding``.
    """
    file = File(name, text)
    tree = read_keys(
        text,
        name,
        what="This file holds no contract: it should be a list of keys and values.",
        mend="Start from a sample under data/contracts.",
        code="contract.empty",
    )
    return amended(file, tree, holding(parse_amendments(amendments), month, known_on, sealed_with), month)


def amended(file: File, tree: TextTree, amendments: Sequence[AmendmentSource], month: Month | None) -> Source:
    """Put amendments into a contract's tree, and read what comes of it."""
    whole, in_force, problems = merged(tree, amendments, month.days.since if month else None)
    try:
        model = Contract.model_validate(whole.value)
    except ValidationError as error:
        raise Refused(by_place([*form_problems(error, whole, Contract), *problems])) from error
    refuse_if_any(by_place(problems))
    return Source(model, whole, file.digest, (file, *(one.file for one in amendments)), tuple(in_force))
