"""The vocabulary every room shares: plain frozen values that import nothing of ours and need no outside world.

Times are epoch seconds, durations are seconds unless a name ends in `_ms`, money is US dollars, sizes are tokens.
"""
