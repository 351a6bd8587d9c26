"""What is said to models: templates, fill-in-the-middle formats, how long it will be.

Knows no wire, no price, no file system but its own templates, and nothing of who will answer.
"""
