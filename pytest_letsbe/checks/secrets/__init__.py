"""The check that no credential stands in clear in a repo."""
