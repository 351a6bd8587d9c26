"""Measurements, printed as ratios of one run; nothing here is part of the test suite."""
