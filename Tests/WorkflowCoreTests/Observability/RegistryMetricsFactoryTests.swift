import CoreMetrics
import Testing
import WorkflowCore

struct RegistryMetricsFactoryTests {
    @Test func `What libraries record is shown under names that fit the format`() {
        let registry = MetricsRegistry()
        let factory = RegistryMetricsFactory(registry: registry)
        factory.makeCounter(label: "http.requests", dimensions: [("method", "GET")]).increment(by: 2 as Int64)
        factory.makeFloatingPointCounter(label: "cost", dimensions: []).increment(by: 0.5)
        let meter = factory.makeMeter(label: "pool.size", dimensions: [])
        meter.set(5 as Int64)
        meter.increment(by: 2)
        meter.decrement(by: 3)
        factory.makeRecorder(label: "last", dimensions: [], aggregate: false).record(9.5)
        factory.makeRecorder(label: "bytes", dimensions: [], aggregate: true).record(150 as Int64)
        factory.makeTimer(label: "query.time", dimensions: []).recordNanoseconds(20_000_000)
        let text = String(decoding: registry.render(), as: UTF8.self)
        for line in [
            #"http_requests_total{method="GET"} 2"#, "cost_total 0.5", "pool_size 4", "last 9.5",
            #"bytes_bucket{le="100"} 0"#, #"bytes_bucket{le="200"} 1"#, "query_time_seconds_sum 0.02",
            #"query_time_seconds_bucket{le="0.025"} 1"#,
        ] {
            #expect(text.contains("\(line)\n"), "\(line)")
        }
    }
}
