"""Resolving species names with a taxonomy table: synonyms, authors, hybrids, ranks, spelling."""
