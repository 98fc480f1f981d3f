"""One file for each group of statements: its cases, and how a measurement is judged."""
