"""The budget of a run: the worst case is reserved before a call and settled after it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from configs.errors import BudgetExceeded
from configs.recipe import Budget
from store.journal import Spent


@dataclass
class Ledger:
    """What a run has used and what its calls in flight may still use; safe between threads.

    Without a reservation for each call in flight, many calls together could pass a ceiling that
    each of them alone respects.
    """

    budget: Budget
    spent: Spent
    _held: Spent = field(default_factory=Spent)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self, worst: Spent) -> None:
        """Set the worst case of a call aside.

        Raises:
            BudgetExceeded: with it, a ceiling could be passed; nothing is set aside.
        """
        with self._lock:
            limits = (
                ("max_requests", self.budget.max_requests, "requests"),
                ("max_tokens", self.budget.max_tokens, "tokens"),
                ("max_usd", self.budget.max_usd, "usd"),
            )
            for name, limit, unit in limits:
                used = getattr(self.spent, unit)
                ahead = getattr(self._held, unit) + getattr(worst, unit)
                if limit is not None and used + ahead > limit + 1e-9:
                    raise BudgetExceeded(
                        f"budget.{name} is {limit:g}: {used:g} {unit} are used and the next call, "
                        f"with those in flight, may need {ahead:g} more. What was answered is "
                        "kept; raise the ceiling and run the same command to go on"
                    )
            self._held = _add(self._held, worst, 1)

    def settle(self, worst: Spent, used: Spent) -> None:
        """Give a reservation back and book what was really used."""
        with self._lock:
            self._held = _add(self._held, worst, -1)
            self.spent = _add(self.spent, used, 1)


def _add(one: Spent, two: Spent, sign: int) -> Spent:
    return Spent(
        one.requests + sign * two.requests,
        one.tokens + sign * two.tokens,
        one.usd + sign * two.usd,
    )
