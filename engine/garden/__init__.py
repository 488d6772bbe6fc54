"""The demo garden: synthetic photographs of invented plants."""
