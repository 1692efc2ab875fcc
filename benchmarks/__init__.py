"""Speed, memory and quality, measured by command: ``python -m benchmarks.<name>``."""
