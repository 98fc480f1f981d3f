"""Starts the process inside the world."""

from .server import main

raise SystemExit(main())
