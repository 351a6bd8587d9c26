"""What the ledger teaches: the dashboard, audit and replay, and measuring models on the user's own code.

It reads what was recorded and judges it with routing's own rules. It must not know the editor protocol, HTTP clients or
how the app is wired: whoever opens it hands in what it may look at.
"""
