"""Access control: the start token, the checks on every request, sign-in."""
