"""What goes along with a request and what may not: windows, related code, ignore rules, secrets.

Knows no model, no prompt format and no editor protocol; texts are strings, positions are string offsets.
"""
