"""Review: what is asked, how an answer is read and placed, what is doubted, and what is shown until the code changes.

Findings are offsets into a text and stand where their quote stands; it must not know LSP, files or HTTP. A model's
words become findings and nothing else: no path, no command and no choice of a model is ever taken from them.
"""
