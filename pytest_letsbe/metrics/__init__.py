"""``letsbe metrics``: how the pipeline does over weeks, from reports, Gitea's pull requests and rollout events."""

from .figures import Metrics
from .measure import measure
from .store import Store

__all__ = ["Metrics", "Store", "measure"]
