"""How real users write, how far synthetic prompts are from it, and what nobody asked for yet."""

from verifiers.realism.traits import profile_of, traits_of

__all__ = ["profile_of", "traits_of"]
