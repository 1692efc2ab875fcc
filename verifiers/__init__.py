"""Records and corpus in, verdicts and evidence out; and the probes over a whole version.

Importing this package registers its stages.
"""

from verifiers import grounding

__all__ = ["grounding"]
