"""Values only: frozen, slotted, keyword-only. This package imports nothing else of Readygate."""
