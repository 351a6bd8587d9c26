"""A real llama.cpp server over the tiny model: python -m tests.real.serve_tiny MODEL

Prints its address and ends when stdin ends, so it never outlives whoever started it.
"""

from __future__ import annotations

import socket
import sys

import xllamacpp

from tests.real.tiny_gguf import NAME

SLOTS = 2


def main(model: str) -> None:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {NAME}
    parameters.hostnames, parameters.port = ["127.0.0.1"], _free_port()
    parameters.n_ctx, parameters.n_parallel = 16_384, SLOTS
    parameters.cpuparams.n_threads = 1
    parameters.endpoint_slots = True
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1])
