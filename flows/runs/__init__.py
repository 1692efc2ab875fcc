"""A build as Prefect shows it: its tasks, its progress, what it came to, and who decides on it."""
