"""From what a model answered to an edit that can be trusted: extraction, small edits, style, gates, a sandbox.

Nothing here asks a model, edits a user's file or decides what happens to a refused draft. It must not know the engine,
prompts, providers, the configuration or the editor protocol: texts come in, texts and problems go out.
"""
