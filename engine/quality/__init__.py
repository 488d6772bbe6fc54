"""The quality scan: photographs are measured once, and judged again when a limit changes."""
