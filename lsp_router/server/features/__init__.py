"""One module per editor feature: convert, call one use case, convert back. Nothing else lives here."""
