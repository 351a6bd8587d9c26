"""The use cases in editor words: complete, trim, edit, review, explain; knows neither the editor's protocol nor the wire."""
