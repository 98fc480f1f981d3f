"""The name of a rule, from what changed, in whose message, and how deep."""

from __future__ import annotations

from ..schema import Role

#: kind of change -> (in a request, in a response); ``{}`` is ``body``, ``property``, ``parameter`` or ``header``.
_NAMES: dict[str, tuple[str, str]] = {
    "type": ("request-{}-type-changed", "response-{}-type-changed"),
    "format": ("request-{}-type-changed", "response-{}-type-changed"),
    "nullable": ("request-{}-became-not-nullable", "response-{}-became-nullable"),
    "enum": ("request-{}-enum-value-removed", "response-{}-enum-value-added"),
    "became-enum": ("request-{}-became-enum", "response-{}-became-not-enum"),
    "extensible-enum": ("request-{}-x-extensible-enum-value-removed", "response-{}-x-extensible-enum-changed"),
    "min": ("request-{}-min-increased", "response-{}-min-decreased"),
    "min-set": ("request-{}-min-set", "response-{}-min-unset"),
    "max": ("request-{}-max-decreased", "response-{}-max-increased"),
    "max-set": ("request-{}-max-set", "response-{}-max-unset"),
    "multiple-of": ("request-{}-multiple-of-changed", "response-{}-multiple-of-changed"),
    "min-length": ("request-{}-min-length-increased", "response-{}-min-length-decreased"),
    "max-length": ("request-{}-max-length-decreased", "response-{}-max-length-increased"),
    "max-length-set": ("request-{}-max-length-set", "response-{}-max-length-unset"),
    "pattern": ("request-{}-pattern-changed", "response-{}-pattern-changed"),
    "pattern-set": ("request-{}-pattern-added", "response-{}-pattern-removed"),
    "min-items": ("request-{}-min-items-increased", "response-{}-min-items-decreased"),
    "max-items": ("request-{}-max-items-decreased", "response-{}-max-items-increased"),
    "max-items-set": ("request-{}-max-items-set", "response-{}-max-items-unset"),
    "unique-items": ("request-{}-unique-items-added", "response-{}-unique-items-removed"),
    "min-properties": ("request-{}-min-properties-increased", "response-{}-min-properties-decreased"),
    "max-properties": ("request-{}-max-properties-decreased", "response-{}-max-properties-increased"),
    "dependent-required": ("request-{}-dependent-required-added", "response-{}-dependent-required-removed"),
    "required": ("request-property-became-required", "response-property-became-optional"),
    "required-new": ("new-required-request-property", "response-required-property-removed"),
    "removed": ("request-property-removed", "response-property-removed"),
    "optional-removed": ("request-property-removed", "response-optional-property-removed"),
    "additional-properties": ("request-{}-additional-properties-removed", "response-{}-additional-properties-added"),
    "one-of": ("request-{}-one-of-removed", "response-{}-one-of-added"),
    "any-of": ("request-{}-any-of-removed", "response-{}-any-of-added"),
    "condition": ("request-{}-condition-changed", "response-{}-condition-changed"),
    "content": ("request-{}-content-encoding-changed", "response-{}-content-encoding-changed"),
    "discriminator": (
        "request-{}-discriminator-property-name-changed",
        "response-{}-discriminator-property-name-changed",
    ),
    "mapping": ("request-{}-discriminator-mapping-changed", "response-{}-discriminator-mapping-changed"),
    "mapping-deleted": ("request-{}-discriminator-mapping-deleted", "response-{}-discriminator-mapping-deleted"),
    "unknown": ("request-{}-unknown", "response-{}-unknown"),
}


def rule(kind: str, role: Role, holder: str, depth: int) -> str:
    """The rule's name. ``holder`` is body, parameter or header; below a body everything is a property."""
    name = _NAMES[kind][role == "response"]
    return name.format("property" if depth and holder == "body" else holder)
