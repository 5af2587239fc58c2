public import WorkflowCore

extension OpenTelemetryModule {
    public static let descriptor = ModuleDescriptor(
        type: "observability.otel",
        summary: "Sends traces of the application to an OpenTelemetry collector.",
        details: """
            Spans are sent by OTLP over HTTP, as JSON, to `endpoint` with `/v1/traces` behind it. Callers that send \
            `traceparent` and `tracestate` (W3C Trace Context) get their traces continued, and requests of the \
            application carry them on.

            **Sampling.** With `parentbased_traceidratio` the caller decides when there is one, and otherwise \
            `sampleRatio` says which share of the traces is recorded. Where strangers can call, `traceidratio` keeps \
            them from deciding. What is not recorded costs next to nothing.

            **A collector that is slow or down** does not concern the application: its health stays as it is, and \
            nobody waits. Spans wait in a queue of `maxQueueSize`; beyond that they are dropped. A batch is sent \
            again for `exportTimeout` when there is no answer, or one of 429, 502, 503 and 504, after `Retry-After` \
            or a growing, random wait; then it is dropped as well. At most once a minute, the log tells how many \
            spans were lost.

            | Metric | Kind | Labels |
            |---|---|---|
            | `otel_spans_exported_total` | counter | |
            | `otel_spans_dropped_total` | counter | `reason`: `queue_full`, `not_taken`, `refused`, `shutdown` |

            **The standard variables** of OpenTelemetry count where the configuration names them, as in the example; \
            `headers` and `attributes` read the form that they have.

            There is one module of this type. It stops after the modules that stand behind it in the configuration: \
            put it first.
            """,
        provides: [.other],
        examples: [
            ModuleDescriptor.Example(
                "A tenth of the traces, with the standard variables",
                yaml: """
                    modules:
                      - name: tracing
                        type: observability.otel
                        config:
                          endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}
                          headers: ${OTEL_EXPORTER_OTLP_HEADERS:-}
                          serviceName: ${OTEL_SERVICE_NAME:-shop}
                          attributes: ${OTEL_RESOURCE_ATTRIBUTES:-deployment.environment.name=test}
                          sampler: ${OTEL_TRACES_SAMPLER:-parentbased_traceidratio}
                          sampleRatio: ${OTEL_TRACES_SAMPLER_ARG:-0.1}
                      - name: events
                        type: messaging.broker
                    """)
        ])
}
