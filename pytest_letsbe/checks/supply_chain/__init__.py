"""supply-chain: what is shipped is what was built, signed, listed and pinned; judged offline on an OCI layout."""
