"""``python -m pytest_letsbe``: the same as the command ``letsbe``."""

import sys

from .cli import main

sys.exit(main())
