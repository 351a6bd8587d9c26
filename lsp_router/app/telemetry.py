"""Spans and metrics of every request for an OpenTelemetry collector, for those who switched it on.

Names follow the GenAI conventions. No text of a prompt or an answer is part of them. Where the collector is, the
standard OTEL_* variables say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsp_router.domain.decision import Served
from lsp_router.domain.task import Task

MISSING = "[insight] otel is on, but its packages are missing; install them: uv tool install 'lsp-router[otel]'"
OPERATIONS = {Task.COMPLETION: "text_completion", Task.EXPLICIT_COMPLETION: "text_completion"}
SECONDS = "s"


class Telemetry:
    """Owns the instruments; told of a request once it has ended."""

    def __init__(self, tracers: Any, meters: Any) -> None:
        self._tracer = tracers.get_tracer("lsp-router")
        meter = meters.get_meter("lsp-router")
        self._tokens = meter.create_histogram("gen_ai.client.token.usage", unit="{token}")
        self._duration = meter.create_histogram("gen_ai.client.operation.duration", unit=SECONDS)
        self._first = meter.create_histogram("gen_ai.client.operation.time_to_first_chunk", unit=SECONDS)

    def record(self, served: Served, ended_at: float) -> None:
        """One span for the request with an event for each attempt; the clock's time is when it ended."""
        about = _about(served)
        start = ended_at - served.latency_ms / 1e3
        operation = about["gen_ai.operation.name"]
        span = self._tracer.start_span(
            f"{operation} {about['gen_ai.request.model']}",
            start_time=_nanoseconds(start),
            attributes={**about, **_usage(served)},
        )
        for attempt in served.attempts:
            span.add_event("attempt", {"model": attempt.model, "outcome": attempt.outcome, "ms": attempt.ms})
        span.end(end_time=_nanoseconds(ended_at))
        self._measure(served, about)

    def _measure(self, served: Served, about: dict[str, Any]) -> None:
        self._duration.record(served.latency_ms / 1e3, about)
        if served.ttft_ms is not None:
            self._first.record(served.ttft_ms / 1e3, about)
        tokens = served.tokens
        for kind, count in (("input", tokens.prompt), ("output", tokens.output + tokens.reasoning)):
            self._tokens.record(count, {**about, "gen_ai.token.type": kind})


def open_telemetry(say: Callable[[str], None]) -> Telemetry | None:
    """Telemetry that exports to the collector of the environment; None, and a word, when packages are missing."""
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - an extra
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - same
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - same
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415 - same
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - same
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - same
    except ImportError:
        say(MISSING)
        return None
    tracers = TracerProvider()
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Telemetry(tracers, MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())]))


def _about(served: Served) -> dict[str, Any]:
    model = served.model
    return {
        "gen_ai.operation.name": OPERATIONS.get(served.decision.task, "chat"),
        "gen_ai.provider.name": model.provider if model else "none",
        "gen_ai.request.model": model.id if model else "none",
        "gen_ai.response.model": model.id if model else "none",
    }


def _usage(served: Served) -> dict[str, Any]:
    tokens = served.tokens
    return {
        "gen_ai.response.finish_reasons": [served.finish or "none"],
        "gen_ai.usage.input_tokens": tokens.prompt,
        "gen_ai.usage.output_tokens": tokens.output + tokens.reasoning,
        "gen_ai.usage.cache_read.input_tokens": tokens.cached,
        "gen_ai.usage.cache_creation.input_tokens": tokens.written,
        "gen_ai.usage.reasoning.output_tokens": tokens.reasoning,
        "lsp_router.task": served.decision.task.value,
        "lsp_router.cost_usd": served.cost_usd,
        "lsp_router.fallback_depth": served.fallback_depth,
    }


def _nanoseconds(at: float) -> int:
    return int(at * 1e9)
