"""Traces and metrics carry the agreed names and no text."""

from __future__ import annotations

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lsp_router.app.telemetry import Telemetry
from lsp_router.domain.decision import Attempt, Decision, Served
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Task
from tests.support.scripted import paid

SERVED = Served(
    Decision("d", Task.EXPLAIN),
    paid("m"),
    Tokens(input=100, cached=20, output=7, reasoning=3),
    cost_usd=0.001,
    latency_ms=1_500,
    ttft_ms=200,
    attempts=(Attempt("x", "timeout", "late", 900), Attempt("m", "ok", "stop", 600)),
    finish="stop",
)


def test_a_request_is_one_span_with_the_agreed_names() -> None:
    spans, tracers = InMemorySpanExporter(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    Telemetry(tracers, MeterProvider()).record(SERVED, ended_at=1_000.0)
    (span,) = spans.get_finished_spans()
    said = dict(span.attributes)
    assert span.name == "chat m"
    assert said["gen_ai.usage.input_tokens"] == 120
    assert said["gen_ai.usage.cache_read.input_tokens"] == 20
    assert said["gen_ai.usage.output_tokens"] == 10
    assert said["gen_ai.usage.reasoning.output_tokens"] == 3
    assert said["gen_ai.response.finish_reasons"] == ("stop",)
    assert [event.attributes["outcome"] for event in span.events] == ["timeout", "ok"]
    assert (span.end_time - span.start_time) / 1e9 == 1.5


def test_metrics_are_recorded_by_token_type() -> None:
    reader = InMemoryMetricReader()
    Telemetry(TracerProvider(), MeterProvider([reader])).record(SERVED, ended_at=1_000.0)
    data = reader.get_metrics_data()
    metrics = {m.name: m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics}
    assert set(metrics) == {
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_to_first_chunk",
    }
    points = metrics["gen_ai.client.token.usage"].data.data_points
    assert {p.attributes["gen_ai.token.type"]: p.sum for p in points} == {"input": 120, "output": 10}
