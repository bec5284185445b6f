"""Find and read what a run left behind."""
