"""The review: the report's page served on loopback, where persons judge shots."""
