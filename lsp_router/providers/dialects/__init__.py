"""One file for each wire format: `request` says a call in it, `read` hears an event, `tokens` counts usage.

A dialect does no I/O, keeps no state and must not know how bytes, deadlines or errors are handled.
"""
