"""The manifests here are run by test_real_redactors.py, in processes of their own: they fail, which is their point."""

collect_ignore_glob = ["*/letsbe.yaml"]
