"""The check that templates render to valid files, whatever a tenant is called and whatever a password holds."""
