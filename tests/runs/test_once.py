"""What is remembered is worked out once, by however many it is asked for at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from pipelines.runs.once import once


def test_those_who_ask_meanwhile_wait_for_the_one_who_works() -> None:
    asked, may_end = list[int](), Event()

    @once(8)
    def double(n: int) -> int:
        asked.append(n)
        may_end.wait(10)
        return 2 * n

    together = Barrier(5)

    def ask(_: int) -> int:
        together.wait(10)
        return double(21)

    with ThreadPoolExecutor(4) as pool:
        found = pool.map(ask, range(4))
        together.wait(10)
        may_end.set()
        assert list(found) == [42] * 4
    assert asked == [21]


def test_what_failed_is_tried_again() -> None:
    answers: list[ValueError | int] = [ValueError("not yet"), 5]

    @once(8)
    def found() -> int:
        answer = answers.pop(0)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        found()
    assert [found(), found()] == [5, 5]


def test_the_answer_asked_for_longest_ago_goes_first() -> None:
    asked: list[str] = []

    @once(2)
    def said(text: str, *, loud: bool = False) -> str:
        asked.append(text)
        return text.upper() if loud else text

    assert [said("a"), said("b"), said("a"), said("a", loud=True), said("b")] == ["a", "b", "a", "A", "b"]
    assert asked == ["a", "b", "a", "b"]
