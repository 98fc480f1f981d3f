"""The check `onboarding`: see ``check``."""
