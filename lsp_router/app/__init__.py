"""Wiring: one composition root that joins settings, models, engine and stores. Decides nothing itself."""
