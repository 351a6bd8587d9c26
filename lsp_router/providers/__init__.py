"""The wire: turns a `Call` into HTTP, and the bytes that come back into chunks or one `Failed`.

A call walks through `transport` → `dialects/<kind>.request` → `lanes`, and its answer back through
`decoder` (bytes → events) → `dialects/<kind>.read` (events → what was said) → `answer` (→ chunks).
This package must not know which model is the right one, what anything costs, or who is to be tried next;
nothing above it may know httpx.
"""
