"""Read a local git repository."""
