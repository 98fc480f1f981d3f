"""What ``checks.templates`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field


class TemplatesOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the templates are, and the file that declares their variables and outputs."""

    files: Annotated[list[str], Meta(min_length=1, description="globs of templates, relative to the manifest")] = field(
        default_factory=lambda: ["templates/**"]
    )
    variables: Annotated[str, Meta(description="file that declares variables with an example each, and outputs")] = (
        "templates/variables.yaml"
    )
    exclude: Annotated[list[str], Meta(description="globs of files that are no template; say why in a comment")] = []
    timeout: Annotated[float, Meta(gt=0, le=600, description="seconds that one validator may take")] = 60.0
