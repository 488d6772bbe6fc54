"""One store of features by the hash of a photograph's bytes, and the near-duplicates it finds."""
