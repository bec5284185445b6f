"""Measures the action against the targets of docs/performance.md: `.venv/bin/python -m benchmarks --help`."""
