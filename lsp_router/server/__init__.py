"""The LSP edge: converts what an editor says into one use-case call, and its answer back.

The only place that knows pygls and lsprotocol; it decides nothing about models, money or text.
"""
