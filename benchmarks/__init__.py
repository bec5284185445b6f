"""Measures Readygate on generated reports: `.venv/bin/python -m benchmarks --help`."""
