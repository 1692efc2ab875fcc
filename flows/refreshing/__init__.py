"""The parts of a refresh: what changed, which records stand, which go, and what is asked anew."""
