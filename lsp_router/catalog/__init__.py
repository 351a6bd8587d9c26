"""What models there are, what they cost, what they can and how good they are: a dated list, and how to keep it fresh.

It must not know who asks, which model is best, or how a list is fetched: it is given configured values and
decoded JSON, and gives values back. Nothing is read before `source.load` is called.

`catalogue.json` is generated, never edited. Its tables are kept by hand in `tests/catalog/curated/*.toml`; prices and
context windows come from the development dependency `genai-prices`. After a change, or after a newer release of that
package, regenerate it from the root of the repository:

    python tests/catalog/generate_catalogue.py --dated 2026-11-21
"""
