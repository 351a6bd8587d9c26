from __future__ import annotations

import pytest

from lsp_router.domain.model import Dialect
from lsp_router.prompts.families import template_for
from lsp_router.prompts.fim import names

BY_NAME = {
    "qwen2.5-coder": (
        "qwen/qwen3-coder-30b-a3b-instruct qwen3-coder:free qwen2.5-coder:7b-base Qwen/Qwen2.5-Coder-32B-Instruct "
        "qwen-coder-plus qwen3-coder-next qwen3-coder:480b-cloud Qwen2_5-Coder-1.5B-Q8_0.gguf unsloth/Qwen3-Coder-GGUF"
    ),
    "deepseek-coder": "deepseek-coder-v2:16b deepseek-ai/deepseek-coder-6.7b-base deepseek-coder:1.3b",
    "suffix": (
        "deepseek-chat deepseek/deepseek-chat-v3-0324 deepseek-v4-flash deepseek/deepseek-v3.2 "
        "deepseek-ai/DeepSeek-V3.1 inception/mercury-coder gpt-3.5-turbo-instruct"
    ),
    "codestral": "codestral-latest mistralai/codestral-2508 codestral:22b mistral/codestral-2501",
    "starcoder2": "bigcode/starcoder2-15b starcoder2:3b stable-code:3b stabilityai/stable-code-3b",
    "starcoder": "starcoder:7b bigcode/starcoderbase codeqwen:7b granite-code:8b granite3.3:8b granite-3.3-8b-instruct",
    "codellama": "codellama:7b-code codellama/CodeLlama-13b-hf code-llama-7b",
    "codegemma": "google/codegemma-2b codegemma:7b-code",
    "granite": "ibm-granite/granite-4.0-h-tiny granite4:micro granite-4.1-8b",
    "seed-coder": "ByteDance-Seed/Seed-Coder-8B-Base",
    "mellum": "JetBrains/Mellum-4b-base mellum-4b-sft-python",
    None: (
        "qwen/qwen3-32b qwen3-vl-32b deepseek-reasoner deepseek/deepseek-r1 deepseek-r1-distill-qwen-32b "
        "codestral-mamba codestral-embed devstral-small starcoder2:instruct "
        "codellama:34b codellama:13b-python codegemma:7b-it "
        "granite3.1-dense granite-embedding seed-coder-8b-instruct gpt-5 claude-sonnet-4 gemini-2.5-flash llama3.3 "
        "kimi-k2 glm-4.6 gpt-oss-120b openrouter/auto mistral-small-latest qwen3-embedding "
        "nomic-embed-text phi-4 unknown"
    ),
}


@pytest.mark.parametrize(("family", "model"), [(key, one) for key, many in BY_NAME.items() for one in many.split()])
def test_the_name_of_a_model_tells_its_format(family, model):
    assert template_for(model) == family


@pytest.mark.parametrize(
    ("model", "kind", "template"),
    [
        ("codestral-latest", Dialect.MISTRAL, "suffix"),
        ("mistral-small-latest", Dialect.MISTRAL, None),
        ("qwen2.5-coder-7b", Dialect.LLAMACPP, "suffix"),
        ("qwen2.5-coder:7b", Dialect.OLLAMA, "suffix"),
        ("deepseek-coder-v2:16b", Dialect.OLLAMA, "suffix"),
        ("deepseek-coder:6.7b", Dialect.OLLAMA, "deepseek-coder"),  # packaged without a suffix there
        ("qwen3-coder:30b", Dialect.OLLAMA, "qwen2.5-coder"),  # the same
        ("codellama:7b-code", Dialect.OLLAMA, "codellama"),  # the same
        ("llama3.3", Dialect.OLLAMA, None),
        ("qwen/qwen3-coder", Dialect.OPENAI, "qwen2.5-coder"),
        ("deepseek-chat", Dialect.OPENAI, "suffix"),
        ("qwen3-coder", Dialect.ANTHROPIC, None),
        ("qwen3-coder", Dialect.GEMINI, None),
    ],
)
def test_the_endpoint_counts_as_well(model, kind, template):
    assert template_for(model, kind) == template


def test_every_family_has_a_template():
    assert {family for family in BY_NAME if family} == set(names())
