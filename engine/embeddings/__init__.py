"""Features of photographs, stored by the hash of their bytes, and their near-duplicates."""
