"""What a report and a card say in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def verifier_text(found: Mapping[str, Any]) -> str:
    """The verifier's own error in words, and the verdicts it gave."""
    caught, alarms = found["caught"], found["false_alarms"]
    said = []
    if caught["claims"]:
        said.append(
            f"of {caught['claims']:,} falsehoods planted in claims on this corpus "
            f"{caught['rejected']:,} were caught ({caught['share']:.1%})"
        )
    if alarms["claims"]:
        said.append(
            f"of {alarms['claims']:,} true claims {alarms['rejected']:,} were rejected "
            f"({alarms['share']:.1%})"
        )
    total = sum(found["verdicts"].values())
    shares = ", ".join(
        f"{verdict.replace('_', ' ')} {count / total:.1%}"
        for verdict, count in found["verdicts"].items()
    )
    if total:
        said.append(f"verdicts on the {total:,} claims of this build: {shares}")
    if found["calibration_error"] is not None:
        how = f"calibrated on {found['labelled']:,} labels" if found["calibrated"] else "as shipped"
        said.append(f"scores ({how}) are {found['calibration_error']:.2f} off the truth on average")
    if found["conflicts"]:
        said.append(f"{found['conflicts']:,} claims on which current documents disagree")
    if found["model"]:
        said.append(f"measured without the {found['model']}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


def canaries_text(found: Mapping[str, Any]) -> str:
    """How many planted records the stages of the run rejected, in words."""
    if not found["planted"]:
        return "None could be planted"
    low, high = f"{found['low']:.1%}", f"{found['high']:.1%}"
    said = (
        f"{found['caught']:,} of {found['planted']:,} planted records that must be rejected were "
        f"({found['share']:.1%}, 95 % interval {low} to {high})"
    )
    through = ", ".join(
        f"{row['kind'].replace('_', ' ')} {row['planted'] - row['caught']}"
        for row in found["kinds"]
        if row["caught"] < row["planted"]
    )
    return f"{said}; came through: {through}" if through else said


def inputs_text(found: Mapping[str, Any]) -> str:
    """How near the messy prompts are to the users' own, in words."""
    auc = found["auc"]
    far = {name: max(each[name] for each in found["distances"].values()) for name in auc}
    told = (
        f"clean ones are told from real ones with AUC {auc['clean']:.2f}, messy ones with "
        f"{auc['messy']:.2f} (0.5 is not at all)"
        if None not in auc.values()
        else "they are too few to say whether they can be told from real ones"
    )
    return (
        f"{found['prompts']:,} prompts have a twin that is asked as one of {found['messages']:,} "
        f"real messages is written; {told}, and the largest distance of a feature is "
        f"{far['clean']:.2f} for clean ones and {far['messy']:.2f} for messy ones"
    )


def cost_text(cost: Mapping[str, Any]) -> str:
    """Calls, tokens and money in words; an unknown price is said to be unknown."""
    calls, tokens = f"{cost['calls']:,} calls", f"{cost['tokens']:,} tokens"
    return f"{calls}, {tokens}, {money_text(cost['usd'])}"


def repair_text(repair: Mapping[str, Any]) -> str:
    """What sending failed records back came to, in words, and what it cost."""
    if not repair["records"]:
        return "No record that failed verification went back to its teacher"
    said = (
        f"{repair['records']:,} records that failed verification went back to their teacher with "
        f"the evidence; {repair['mended']:,} were mended, {repair['failed']:,} still failed. "
        f"That cost {cost_text(repair['cost'])}"
    )
    if not repair["mended"]:
        return said
    tokens, money = repair["tokens_per_mended"], money_text(repair["usd_per_mended"])
    return f"{said}: {tokens:,.0f} tokens and {money} for a mended record"


def money_text(usd: float | None) -> str:
    """US dollars in words."""
    return "price unknown" if usd is None else f"${usd:,.4f}"


def number_text(value: float | None) -> str:
    """A figure with three digits that count."""
    if value is None or value != value:
        return "–"
    said = f"{value:,.0f}" if abs(value) >= 1000 else f"{value + 0.0:.3g}"
    return said.replace("-", "−", 1) if value < 0 else said


def verdict_shares(found: Mapping[str, Any]) -> list[tuple[str, int, float]]:
    """How many claims each verdict was given to, and their share; none where none were checked."""
    total = sum(found["verdicts"].values())
    return [
        (verdict.replace("_", " "), count, count / total)
        for verdict, count in found["verdicts"].items()
        if total
    ]
