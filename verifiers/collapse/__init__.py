"""Knowledge-collapse probes over a whole version: what each row alone cannot show."""

from verifiers.collapse.panel import CORPUS, EMPTY, SCHEMA, measure
from verifiers.collapse.sides import Side

__all__ = ["CORPUS", "EMPTY", "SCHEMA", "Side", "measure"]
