"""What answers claim, piece by piece, each with its span in its message."""

from verifiers.claims.asked import asked_claims
from verifiers.claims.claim import ABSENCE, Claim
from verifiers.claims.rules import split_claims
from verifiers.claims.turns import claims_of

__all__ = ["ABSENCE", "Claim", "asked_claims", "claims_of", "split_claims"]
