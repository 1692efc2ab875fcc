"""Where a record comes from, and what rests on a document, a request or a prompt."""
