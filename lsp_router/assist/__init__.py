"""The use cases in editor words: complete, trim, edit, review, explain; knows neither editor protocol nor wire."""
