"""How real users write, how far synthetic prompts are from it, and what nobody asked for yet."""

from verifiers.realism.discriminator import real_or_not, tell_apart
from verifiers.realism.distances import compared, distances
from verifiers.realism.traits import profile_of, profiles_of, trait_reader, traits_of

__all__ = [
    "compared",
    "distances",
    "profile_of",
    "profiles_of",
    "real_or_not",
    "tell_apart",
    "trait_reader",
    "traits_of",
]
