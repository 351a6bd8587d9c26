"""Explaining code and pictures in Markdown: what is sent of a long file, who is asked, and what was said before.

Texts in, text out; it must not know LSP, windows or HTTP.
"""
