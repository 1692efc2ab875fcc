"""The way an endpoint binds replies to a schema: what a probe found, else strictest first."""

from __future__ import annotations

from collections.abc import Sequence

from configs.teachers import Structured, Teacher
from store.journal import Journal


class Ways:
    """The current way, and the step to the next looser one where the server refuses it."""

    def __init__(self, settings: Teacher, ladder: Sequence[Structured], journal: Journal) -> None:
        """Begin with what the recipe fixes, or what was found out before, or the strictest."""
        self._ladder, self._journal = list(ladder), journal
        self._where = (str(settings.base_url), str(settings.model))
        self._fixed = settings.structured != "auto"
        self._worked: set[str] = set()
        self.current: Structured = self._ladder[0]
        if settings.structured != "auto":
            self.current = settings.structured
        elif (known := journal.capability(*self._where)) is not None:
            self.current = next((way for way in ladder if way == known), self._ladder[0])
        self._began = self.current

    def step_down(self, refused: Structured) -> bool:
        """Ask in the next looser way from now on. False where there is none, or it is fixed, or
        the way has worked before: then it is the request that is wrong.
        """
        if refused != self.current:
            return True  # Another call has found it out meanwhile.
        if self._fixed or refused in self._worked or refused == self._ladder[-1]:
            return False
        self.current = self._ladder[self._ladder.index(refused) + 1]
        return True

    def worked(self, way: str) -> None:
        """A reply came, so the server takes this way; a looser one is remembered from then on."""
        if way in self._worked:
            return
        self._worked.add(way)
        if not self._fixed and way == self.current and way != self._began:
            refused = self._ladder[: self._ladder.index(self.current)]
            self._journal.learn(*self._where, self.current, {"refused": refused})
