"""Use cases: one transaction each, callable from a command, a button, a callback and the clock alike."""
