"""The verbs of ``letsbe``, a file each: ``configure(parser)`` and ``run(arguments) -> exit code``."""
