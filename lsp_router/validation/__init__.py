"""From what a model answered to an edit that can be trusted: extraction, minimal edits, style, gates, and the sandbox for tools.

Nothing here asks a model, edits a user's file or decides what happens to a refused draft. It must not know the engine,
prompts, providers, the configuration or the editor protocol: texts come in, texts and problems go out.
"""
