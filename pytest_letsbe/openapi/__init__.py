"""OpenAPI documents: read with their locations, compared by what can be sent, with a witness for every break."""
