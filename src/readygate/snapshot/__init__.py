"""Reports to one snapshot, and a snapshot to bytes and back."""
