"""The check that a provisioner works twice and after a crash, shows no secret, and opens only what it declares."""
