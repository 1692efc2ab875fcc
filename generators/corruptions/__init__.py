"""Records and claims made false on purpose, in ways whose falsehood is certain.

They measure a verifier: what it does not call supported of these is its catch rate.
"""

from generators.corruptions.plant import KINDS, Kind, corrupt, plant, plant_claims

__all__ = ["KINDS", "Kind", "corrupt", "plant", "plant_claims"]
