"""The dataset card of a version: what people have, and what `datasets` is to load."""

from store.card.head import loading
from store.card.page import render_card
from store.card.parts import Part

__all__ = ["Part", "loading", "render_card"]
