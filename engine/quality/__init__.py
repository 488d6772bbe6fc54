"""What may be the matter with photographs: measured once, judged whenever a limit moves."""
