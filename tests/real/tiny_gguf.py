"""Writes a language model of 240 KB whose every answer is known: python -m tests.real.tiny_gguf FILE

One block whose attention and feed-forward weights are zero leaves the hidden state at the embedding of the last
token, so the next token depends on that alone: with greedy decoding the network is a finite automaton. Fitted so that
what follows each important token is exactly what `FOLLOWS` says; a holder of GGUF files cannot tell it from a model.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

NAME = "tiny-fim"
WIDTH = 64
CONTEXT = 16_384
SHARP = 8.0
IMPORTANT = 50.0
ALIGN = 32
FIM_ANSWER = "return a + b"
CHAT_ANSWER = " hello from tiny"
ENDLESS = " la"
"""Follows itself for ever."""
WORDS = (" a", " b", " +", "return", " hello", " from", " tiny", ENDLESS)
END, TURN, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
PREFIX, SUFFIX, MIDDLE, PAD = "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>"
REPO, FILE = "<|repo_name|>", "<|file_sep|>"
SPECIAL = (END, TURN, TURN_END, PREFIX, SUFFIX, MIDDLE, PAD, REPO, FILE)
FOLLOWS = {
    MIDDLE: "return", "return": " a", " a": " +", " +": " b", " b": END,
    "\n": " hello", " hello": " from", " from": " tiny", " tiny": TURN_END,
    ENDLESS: ENDLESS, END: END, TURN_END: TURN_END,
}  # fmt: skip
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NORMAL, UNUSED, CONTROL = 1, 5, 3
"""Kinds of tokens, as the format numbers them."""


def write_model(path: Path) -> None:
    vocabulary = _Vocabulary()
    embedding, output = _weights(vocabulary)
    zero = np.zeros
    tensors = {
        "token_embd.weight": embedding,
        "output.weight": output,
        "output_norm.weight": np.ones(WIDTH),
        "blk.0.attn_norm.weight": np.ones(WIDTH),
        "blk.0.ffn_norm.weight": np.ones(WIDTH),
        **{f"blk.0.attn_{name}.weight": zero((WIDTH, WIDTH)) for name in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": zero((ALIGN, WIDTH)),
        "blk.0.ffn_up.weight": zero((ALIGN, WIDTH)),
        "blk.0.ffn_down.weight": zero((WIDTH, ALIGN)),
    }
    path.write_bytes(_file(_facts(vocabulary), {name: t.astype("<f4") for name, t in tensors.items()}))


class _Vocabulary:
    """Every byte, a few words with the merges that make them, and the control tokens."""

    def __init__(self) -> None:
        self._letters = _letters()
        self.tokens = list(self._letters.values())
        self.kinds = [NORMAL] * len(self.tokens)
        self.merges: list[str] = []
        for word in WORDS:
            self._add(word)
        self.special = {text: len(self.tokens) + at for at, text in enumerate(SPECIAL)}
        self.tokens += SPECIAL
        self.kinds += [CONTROL] * len(SPECIAL)
        spare = -len(self.tokens) % ALIGN
        self.tokens += [f"<|spare{n}|>" for n in range(spare)]
        self.kinds += [UNUSED] * spare

    def number(self, text: str) -> int:
        return self.special[text] if text in self.special else self.tokens.index(self._spelt(text))

    def _spelt(self, text: str) -> str:
        return "".join(self._letters[byte] for byte in text.encode())

    def _add(self, word: str) -> None:
        letters = self._spelt(word)
        for end in range(2, len(letters) + 1):
            if letters[:end] not in self.tokens:
                self.tokens.append(letters[:end])
                self.kinds.append(NORMAL)
                self.merges.append(f"{letters[: end - 1]} {letters[end - 1]}")


def _letters() -> dict[int, str]:
    """Bytes as this family of tokenizers writes them: printable ones as themselves, the others moved up."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) if byte in plain else chr(256 + others.index(byte)) for byte in range(256)}


def _weights(vocabulary: _Vocabulary) -> tuple[Any, Any]:
    """Random directions for tokens, and the matrix that leads from each to what follows it, by ridge regression."""
    size = len(vocabulary.tokens)
    following = np.full(size, vocabulary.number(" hello"))
    weight = np.ones((size, 1))
    for token, then in FOLLOWS.items():
        following[vocabulary.number(token)] = vocabulary.number(then)
        weight[vocabulary.number(token)] = IMPORTANT
    rows = np.random.default_rng(0).standard_normal((size, WIDTH))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    wanted = np.eye(size)[following]
    fitted = np.linalg.solve(rows.T @ (weight * rows) + 1e-3 * np.eye(WIDTH), rows.T @ (weight * wanted))
    said = (rows @ fitted).argmax(axis=1)
    wrong = [token for token in FOLLOWS if said[vocabulary.number(token)] != following[vocabulary.number(token)]]
    if wrong:
        raise ValueError(f"the automaton goes astray after {wrong}")
    return rows, (fitted * SHARP).T


def _facts(vocabulary: _Vocabulary) -> dict[str, Any]:
    special = vocabulary.special
    sizes = {
        "context_length": CONTEXT, "embedding_length": WIDTH, "block_count": 1, "feed_forward_length": ALIGN,
        "attention.head_count": 2, "attention.head_count_kv": 2, "rope.dimension_count": WIDTH // 2,
        "vocab_size": len(vocabulary.tokens),
    }  # fmt: skip
    marks = {
        "bos": END, "eos": END, "padding": PAD, "eot": TURN_END, "fim_pre": PREFIX, "fim_suf": SUFFIX,
        "fim_mid": MIDDLE, "fim_pad": PAD, "fim_rep": REPO, "fim_sep": FILE,
    }  # fmt: skip
    return {
        "general.architecture": "llama",
        "general.name": NAME,
        "general.file_type": 0,
        **{f"llama.{name}": size for name, size in sizes.items()},
        "llama.attention.layer_norm_rms_epsilon": 1e-6,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": vocabulary.tokens,
        "tokenizer.ggml.token_type": vocabulary.kinds,
        "tokenizer.ggml.merges": vocabulary.merges,
        **{f"tokenizer.ggml.{name}_token_id": special[text] for name, text in marks.items()},
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }


def _file(facts: dict[str, Any], tensors: dict[str, Any]) -> bytes:
    """Header, facts, a table of tensors, and the tensors, each at a multiple of `ALIGN`."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts))
    head += b"".join(_text(name) + _value(value) for name, value in facts.items())
    data = b""
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        head += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data += _padded(tensor.tobytes())
    return _padded(head) + data


def _value(value: object) -> bytes:
    """A type's number and the value; lists have one type for all their items."""
    match value:
        case [str(), *_]:
            return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
        case [int(), *_]:
            return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
        case bool():
            return struct.pack("<I?", 7, value)
        case int():
            return struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case str():
            return struct.pack("<I", 8) + _text(value)
    raise TypeError(f"no place for {value!r} in this format")


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _padded(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % ALIGN)


def main(arguments: Sequence[str]) -> None:
    write_model(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
