"""The invariants of the contract check, one room each."""
