"""API descriptions (OpenAPI) and what can be done with one: read it, validate messages, mock it, compare a consumer."""
