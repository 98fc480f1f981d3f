"""The check that a change was reviewed, tested and merged as the strategy asks."""
