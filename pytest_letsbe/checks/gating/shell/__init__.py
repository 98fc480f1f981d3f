"""Command lines that do what a policy denies and look like something else, each proven to do it."""
