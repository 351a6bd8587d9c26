"""From what stands before the cursor to a suggestion: experts, their mix, decoding, confidence. It reads no files."""
