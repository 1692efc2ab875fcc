"""One script for each revision of the journal's tables, oldest first."""
