"""Deterministic checks, one kind of fact per module: quantities, dates, names, quotes, Python API.

Each looks at a claim and at a piece of evidence and says what it found, what it missed and what
contradicts it. None of them decides about a record.
"""
