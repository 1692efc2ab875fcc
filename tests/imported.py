"""What commands of ours import for seconds, for processes that are forked from one that has.

The collector looks at none of it: neither while it is imported, nor in a process forked from here.
"""

from __future__ import annotations

import gc

gc.disable()

import httpx_aiohttp  # noqa: E402, F401
import scipy.stats  # noqa: E402, F401
import sentence_transformers  # noqa: E402, F401
import sqlalchemy  # noqa: E402, F401

gc.freeze()
gc.enable()
