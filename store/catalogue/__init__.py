"""The catalogue: static pages of all datasets and versions, which need no server."""

from store.catalogue.write import Outcome, write_catalogue

__all__ = ["Outcome", "write_catalogue"]
