"""A language server that routes each request of an editor to the cheapest model that is good enough."""

__version__ = "0.1.0"
