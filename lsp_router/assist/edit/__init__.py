"""Edits that can be trusted: what is asked, which text it is about, drafts, checks, and the change that comes out.

Positions are offsets into texts and paths are as the user names them; it must not know LSP, HTTP or how models answer
over a wire. Nothing here writes a file: changes are values, and whoever asked applies them.
"""
