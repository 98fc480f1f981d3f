"""The check that a repo's shell scripts fail loudly, run nothing from the network unseen, and show no secret."""
