"""``letsbe merge``: the reports of a pipeline's runs and shards as one verdict, whatever their order and number."""

from .render import to_junit, to_markdown
from .reports import Report, load_report
from .verdict import Merged, merge

__all__ = ["Merged", "Report", "load_report", "merge", "to_junit", "to_markdown"]
