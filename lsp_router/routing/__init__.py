"""Pure policy: who may serve a request, in which order, and what a failure means.

Knows no wire, no file and no clock of its own: time, state and dice are handed in, values come out.
"""
