"""Source text as tokens, and an open file as searchable strings of them. It must not know indexes or guesses."""
