"""The repo scanner: banned references and plaintext secrets in files, artifacts and history. No pytest in here."""
