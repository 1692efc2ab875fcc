"""Checks that need no source: arithmetic is recomputed, JSON is parsed, Python is parsed or run."""
