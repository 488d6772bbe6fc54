"""Readers of data sets in the formats that others publish, one file each."""
