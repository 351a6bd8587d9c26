"""The offline completion tier: recall of what the project already says, with no model, no key and no network.

A little library of its own. It must not know editors, protocols, providers or settings files: it is given text, a
cursor and a folder for its indexes, and it answers with a suggestion or with nothing. numpy is used by the worker
process that builds indexes and by the command that fits the constants, never by the process that answers.
"""
