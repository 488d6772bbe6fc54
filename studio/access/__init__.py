"""Who may use the studio: the start token, the checks on every request, sign-in."""
