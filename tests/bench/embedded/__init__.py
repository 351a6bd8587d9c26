"""Measuring and fitting the offline tier on packages that somebody names; none of them is kept here."""
