"""What outlives a request: the ledger of decisions, the cache, and the budget and health that all processes share.

It keeps and counts; it judges nothing. It must not know routing, providers, prompts or the editor protocol. No source
text and no key may reach a disk through the ledger; only the cache holds model answers, and only as text.
"""
