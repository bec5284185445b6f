"""Choose, read and store the snapshots of base branches."""
