"""The demo garden: photographs of invented plants, drawn rather than taken."""
