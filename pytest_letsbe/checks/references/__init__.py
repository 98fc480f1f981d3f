"""The check that nothing of the banned stack stands in a repo."""
