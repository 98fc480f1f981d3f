"""redaction: what a redactor must remove, and what it must leave."""
