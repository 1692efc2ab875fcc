"""One module per method of the catalogue, each with its ``ENTRY``."""
