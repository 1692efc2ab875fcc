"""Whether a quantity of a claim agrees with one of its evidence.

A claim may round as far as its own digits go ("6.4 million" for 6,371,000) and turn one unit into
another; it may not say more than its source does. That is missing, not a conflict, as long as the
source leaves room for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Context, Decimal

from verifiers.checks.findings import Finding, Status
from verifiers.checks.quantities import Quantity
from verifiers.checks.units import BARE, converted, convertible

_WIDE = Context(prec=60)
_NEAR = Decimal("1e-9")
"""Relative error of a conversion."""
_FINER = 10
"""How much finer than its source a converted value may be stated."""
_NEIGHBOUR = 10
"""Ratio up to which values in two units of one dimension are about the same thing."""


def check_quantities(claim: Sequence[Quantity], evidence: Sequence[Quantity]) -> list[Finding]:
    """One finding per quantity of the claim; what it repeats counts once."""
    each, known = dict.fromkeys(claim), dict.fromkeys(evidence)
    # A value that the claim gives itself is no rival of another one of its values.
    free = [held for held in known if not any(_said(one, held) for one in each)]
    return [_check(wanted, [*known], free) for wanted in each]


def _check(wanted: Quantity, evidence: Sequence[Quantity], free: Collection[Quantity]) -> Finding:
    known = [(held, relation(wanted, held)) for held in evidence if _fit(wanted, held)]
    if any(status == "found" for _, status in known):
        return Finding("quantity", wanted.text, "found")
    if any(status == "missing" and _less_exact(wanted, held) for held, status in known):
        return Finding("quantity", wanted.text, "missing", "the source is less exact")
    rivals = [held for held, status in known if status == "conflict" and _rival(wanted, held)]
    rivals += [held for held in evidence if _swapped(wanted, held)]
    rivals = [held for held in rivals if held in free]
    if rivals:
        return Finding("quantity", wanted.text, "conflict", f"the source has {rivals[0].text}")
    return Finding("quantity", wanted.text, "missing")


def _less_exact(wanted: Quantity, held: Quantity) -> bool:
    return wanted.exact is not None and held.exact is not None


def relation(wanted: Quantity, held: Quantity) -> Status:
    """What a quantity of the evidence says of one of the claim, both of one dimension."""
    held = _in_units_of(wanted, held)
    value, given = wanted.exact, held.exact
    if value is not None and given is not None:
        return _values(wanted, held, value, given)
    if value is not None:
        if not _inside(value, held):
            on_it = value in (held.low, held.high)
            return "missing" if on_it else "conflict"
        closed = held.low is not None and held.high is not None
        return "found" if wanted.hedged and closed else "missing"
    if given is not None:
        if _inside(given, wanted):
            return "found" if _near_bound(given, wanted) else "missing"
        return "missing" if given in (wanted.low, wanted.high) else "conflict"
    return _ranges(wanted, held)


def _values(wanted: Quantity, held: Quantity, value: Decimal, given: Decimal) -> Status:
    off = abs(_WIDE.subtract(value, given))
    if off == 0 or off <= _NEAR * abs(given):
        return "found"
    if wanted.place > held.place and off * 2 <= wanted.place and value != 0:
        return "found"
    if wanted.unit.name != held.unit.name and wanted.unit.kind and held.unit.kind:
        room = off * 2 <= wanted.place + held.place
        if room and wanted.place * _FINER >= held.place:
            return "found"
        return "missing" if room else "conflict"
    if held.place > wanted.place and off * 2 <= held.place:
        return "missing"
    return "conflict"


def _ranges(wanted: Quantity, held: Quantity) -> Status:
    if _same_end(wanted.low, held.low) and _same_end(wanted.high, held.high):
        return "found"
    above = wanted.low is None or (held.low is not None and held.low >= wanted.low)
    below = wanted.high is None or (held.high is not None and held.high <= wanted.high)
    if above and below and (wanted.low is None or wanted.high is None):
        return "found"
    apart = (wanted.low is not None and held.high is not None and held.high < wanted.low) or (
        wanted.high is not None and held.low is not None and held.low > wanted.high
    )
    both = None not in (wanted.low, wanted.high, held.low, held.high)
    return "conflict" if apart or (both and not (above and below)) else "missing"


def _same_end(one: Decimal | None, two: Decimal | None) -> bool:
    if one is None or two is None:
        return one is two
    return one == two or abs(_WIDE.subtract(one, two)) <= _NEAR * abs(two)


def _inside(value: Decimal, span: Quantity) -> bool:
    low = span.low is None or value > span.low or (value == span.low and not span.strict)
    high = span.high is None or value < span.high or (value == span.high and not span.strict)
    return low and high


def _near_bound(given: Decimal, wanted: Quantity) -> bool:
    """Whether a bound would be said of a value; "over 5" is not how 5,000 is told."""
    bound = wanted.low if wanted.high is None else wanted.high
    if (wanted.low is not None and wanted.high is not None) or bound is None or bound <= 0:
        return True
    return given <= bound * _NEIGHBOUR and given * _NEIGHBOUR >= bound


def _in_units_of(wanted: Quantity, held: Quantity) -> Quantity:
    """A quantity in the units of another; a bare number or noun stays as it is."""
    one, two = held.unit, wanted.unit
    if one == two or not convertible(one, two):
        return held
    low, high = (None if end is None else converted(end, one, two) for end in (held.low, held.high))
    place = held.place if one.kind != two.kind else held.place * one.factor / two.factor
    return replace(held, low=low, high=high if held.exact is None else low, place=place)


def _fit(wanted: Quantity, held: Quantity) -> bool:
    """Whether two numbers can be about the same: of one dimension, or one of them counts nothing
    known; any noun may stand for another.
    """
    one, two = wanted.unit, held.unit
    if one.kind and two.kind:
        return convertible(one, two)
    return not (one.kind or two.kind) or BARE in (one, two)


def _rival(wanted: Quantity, held: Quantity) -> bool:
    """Whether a value that differs is of the same kind rather than about something else."""
    if wanted.unit.name == held.unit.name:
        # "15 or older" is no other value of a bare number.
        return bool(wanted.unit.name) or wanted.exact is None or held.exact is not None
    if not convertible(wanted.unit, held.unit):
        return False
    value, given = wanted.exact, _in_units_of(wanted, held).exact
    if value is None or given is None:
        return False
    close = min(abs(value), abs(given)) * _NEIGHBOUR >= max(abs(value), abs(given))
    return close or value == held.exact


def _swapped(wanted: Quantity, held: Quantity) -> bool:
    """Whether the evidence has the same number of something else that is measured."""
    if wanted.low is None or wanted.low != held.low or _fit(wanted, held):
        return False
    both = bool(wanted.unit.kind and held.unit.kind)
    return both and wanted.exact is not None and wanted.exact == held.exact


def _said(other: Quantity, held: Quantity) -> bool:
    return _fit(other, held) and relation(other, held) == "found"
