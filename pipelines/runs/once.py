"""Remembering answers that never change: each is worked out once, however many ask for it at the same time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def once(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the last ``most`` answers of a function; who asks while one is being worked out waits for it.

    ``functools.lru_cache`` lets them all work: four threads of a server that has just started would do all four times.
    """

    def remembering(work: Callable[P, T]) -> Callable[P, T]:
        kept: OrderedDict[Hashable, T] = OrderedDict()
        working: dict[Hashable, Lock] = {}
        lock = Lock()

        @wraps(work)
        def asked(*args: P.args, **more: P.kwargs) -> T:
            key = (args, tuple(sorted(more.items())))
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key]
                own = working.setdefault(key, Lock())
            with own:
                with lock:
                    if key in kept:
                        return kept[key]
                try:
                    answer = work(*args, **more)
                    with lock:
                        kept[key] = answer
                        while len(kept) > most:
                            kept.popitem(last=False)
                finally:
                    with lock:
                        working.pop(key, None)
            return answer

        asked.cache_clear = kept.clear  # type: ignore[attr-defined]
        return asked

    return remembering
