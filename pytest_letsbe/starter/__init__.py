"""What ``letsbe init`` writes besides the manifest: workflows, their scripts, a script in package.json."""
