"""The check `pricing`: see ``check``."""
