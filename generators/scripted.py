"""A teacher whose replies were written down beforehand: what it says is certain and free."""

from __future__ import annotations

from collections.abc import Sequence

from generators.teacher import Request
from store.asking import Answered, Unanswered
from store.journal import Reply, request_key

MODEL = "scripted"
SCRIPT_ENDED = "script_ended"
"""The reason of a record whose method asked more often than there are replies."""


class Script:
    """Says its replies one by one, in the order of the calls; ``ended`` is how the last one did."""

    def __init__(self, teacher: str, replies: Sequence[str], ended: str = "stop") -> None:
        """Stand in for this teacher."""
        self._teacher, self._replies, self._ended = teacher, replies, ended
        self._said = 0

    @property
    def left(self) -> int:
        """How many replies nobody has asked for."""
        return len(self._replies) - self._said

    async def ask(self, request: Request) -> Answered:
        """The next reply.

        Raises:
            Unanswered: there is none left.
        """
        assert request.task is not None
        if not self.left:
            why = f"the method makes call {self._said + 1}, and there are {self._said} replies"
            raise Unanswered(SCRIPT_ENDED, why)
        self._said += 1
        ended = self._ended if not self.left else "stop"
        reply = Reply(self._replies[self._said - 1], ended, MODEL, usd=0.0)
        key = request_key(request.task.seed.id, f"{MODEL} {self._said}")
        return Answered(reply, key, self._teacher)
