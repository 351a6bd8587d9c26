"""Real editors against the real server; only the models are scripted."""
