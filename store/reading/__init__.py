"""Files to documents: one module per format, and one table of suffixes (``formats``)."""
