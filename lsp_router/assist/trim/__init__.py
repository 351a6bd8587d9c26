"""From what a model said to what may stand at the cursor; knows text and languages, never models, editors or files."""
