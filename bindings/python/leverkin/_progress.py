"""How far is it? A bar in a terminal or a notebook."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Told = Callable[[int, int, int, int], object]  # sessions done and in all, samples done and in all


def _bar(progress: bool | None, **options: Any) -> Any:
    """True: shown; False: not; None: where there is a person to see it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of notebooks without widgets; the bar is then made of letters
        from tqdm.auto import tqdm
    return tqdm(disable=None if progress is None else not progress, leave=False, **options)


@contextmanager
def samples_bar(progress: bool | None) -> Iterator[Told]:
    """A function for `_core.analyze` that draws."""
    with _bar(progress, unit=" samples", unit_scale=True, desc="analyze") as bar:

        def draw(sessions: int, sessions_total: int, samples: int, samples_total: int) -> None:
            bar.total = samples_total
            bar.set_postfix_str(f"{sessions} of {sessions_total} sessions", refresh=False)
            bar.update(samples - bar.n)

        yield draw


def steps(items: Iterable[Item], what: str, progress: bool | None, total: int | None = None) -> Iterable[Item]:
    """The items, one after the other, while a bar tells how many are done."""
    return _bar(progress, iterable=items, desc=what, total=total)
