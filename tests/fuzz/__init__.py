"""Fuzz of what we read: manifests, corpora, replies of targets, reports; a crash or a hang is a failure."""
