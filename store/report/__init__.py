"""The version's report: one HTML page without any outside resource."""

from store.report.page import WITHHELD, render_report
from store.report.words import (
    canaries_text,
    cost_text,
    inputs_text,
    money_text,
    repair_text,
    verifier_text,
)

__all__ = [
    "WITHHELD",
    "canaries_text",
    "cost_text",
    "inputs_text",
    "money_text",
    "render_report",
    "repair_text",
    "verifier_text",
]
