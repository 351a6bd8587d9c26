"""Drives what routing decided: chain × providers × deadlines × money, and the loop that heals a draft.

Knows routing's policies and a transport; knows no editor, no LSP and no wire format.
"""
