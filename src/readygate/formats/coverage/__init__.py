"""Formats of coverage reports, one module each: `FORMAT`."""
