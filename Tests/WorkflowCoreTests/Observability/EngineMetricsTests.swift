import Testing
import WorkflowCore

struct EngineMetricsTests {
    @Test func `The families that the reference names have exactly their labels`() {
        let metrics = EngineMetrics(registry: MetricsRegistry())
        let counters = [metrics.workflowExecutions, metrics.httpRequests, metrics.moduleOperations]
        #expect(
            counters.map(\.name) == ["workflow_executions_total", "http_requests_total", "module_operations_total"])
        #expect(
            counters.map(\.labelNames) == [
                ["workflow_type", "action", "status"], ["method", "path", "status_code"],
                ["module", "operation", "status"],
            ])
        let histograms = [metrics.workflowDuration, metrics.httpRequestDuration]
        #expect(histograms.map(\.name) == ["workflow_duration_seconds", "http_request_duration_seconds"])
        #expect(histograms.map(\.labelNames) == [["workflow_type", "action"], ["method", "path"]])
        #expect(metrics.workflowDuration.with("order", "run").buckets == MetricHistogram.defaultBuckets)
        #expect(metrics.activeWorkflows.name == "active_workflows")
        #expect(metrics.activeWorkflows.labelNames == ["workflow_type"])
    }

    @Test func `A namespace is put before every name`() {
        let registry = MetricsRegistry()
        let metrics = EngineMetrics(registry: registry, namespace: "shop")
        #expect(metrics.httpRequests.name == "shop_http_requests_total")
        #expect(EngineMetrics(registry: registry, namespace: "").httpRequests.name == "http_requests_total")
    }

    @Test func `Two views of a registry share their families`() {
        let registry = MetricsRegistry()
        #expect(EngineMetrics(registry: registry).httpRequests === EngineMetrics(registry: registry).httpRequests)
    }

    #if os(Linux)
    @Test func `The process tells of itself`() {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        var values: [String: Double] = [:]
        for line in String(decoding: registry.render(), as: UTF8.self).split(separator: "\n") where line.first != "#" {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values["process_cpu_seconds_total"].map { $0 > 0 } == true)
        #expect(values["process_resident_memory_bytes"].map { $0 > 1e6 } == true)
        #expect(values["process_virtual_memory_bytes"].map { $0 > 1e6 } == true)
        #expect(values["process_open_fds"].map { $0 >= 3 } == true)
        #expect(values["process_max_fds"].map { $0 >= 3 } == true)
        let now = Double(Timestamp.systemNow().seconds)
        #expect(values["process_start_time_seconds"].map { abs(now - $0) < 86_400 } == true)
        #expect(values["process_uptime_seconds"].map { $0 >= 0 && $0 < 86_400 } == true)
    }
    #endif
}
