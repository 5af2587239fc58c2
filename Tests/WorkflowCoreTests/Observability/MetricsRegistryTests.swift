import Testing

@testable import WorkflowCore

struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry, _ prefix: String = "") -> [String] {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(prefix) }
    }

    @Test func `Counters, gauges and histograms are shown as the format says`() {
        let registry = MetricsRegistry()
        let requests = registry.counter("requests_total", help: "Requests.", labels: ["method", "code"])
        requests.with("GET", "200").increment()
        requests.with("GET", "200").increment(by: 2)
        requests.with("GET", "200").increment(by: 0.5)
        requests.with("POST", "500").increment()
        registry.gauge("temperature", help: "").with().set(-3.25)
        let duration = registry.histogram("duration_seconds", help: "How long.", labels: ["path"], buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { duration.with("/").record(value) }
        duration.with("/").record(.milliseconds(250))
        #expect(
            text(registry).filter { !$0.contains("metrics_") } == [
                "# HELP duration_seconds How long.",
                "# TYPE duration_seconds histogram",
                #"duration_seconds_bucket{path="/",le="0.1"} 2"#,
                #"duration_seconds_bucket{path="/",le="1"} 4"#,
                #"duration_seconds_bucket{path="/",le="+Inf"} 5"#,
                #"duration_seconds_sum{path="/"} 7.9"#,
                #"duration_seconds_count{path="/"} 5"#,
                "# HELP requests_total Requests.",
                "# TYPE requests_total counter",
                #"requests_total{method="GET",code="200"} 3.5"#,
                #"requests_total{method="POST",code="500"} 1"#,
                "# TYPE temperature gauge",
                "temperature -3.25",
            ])
    }

    @Test func `Help and label values are escaped`() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "back\\slash \"quoted\"\nline", labels: ["path"])
            .with("back\\slash \"quoted\"\nline é").increment()
        #expect(
            text(registry).prefix(3) == [
                #"# HELP a_total back\\slash "quoted"\nline"#, "# TYPE a_total counter",
                #"a_total{path="back\\slash \"quoted\"\nline é"} 1"#,
            ])
    }

    @Test func `Names that the format does not allow are replaced`() {
        let registry = MetricsRegistry()
        registry.counter("http.requests-total", help: "", labels: ["status.code", "1st", "a:b"]).with("1", "2", "3")
            .increment()
        #expect(text(registry, "http") == [#"http_requests_total{status_code="1",_1st="2",a_b="3"} 1"#])
        #expect(PrometheusText.name("") == "_")
        #expect(PrometheusText.name("a:ä") == "a:_")
    }

    @Test func `Asking again for a family or a series gives the same one`() {
        let registry = MetricsRegistry()
        let first = registry.counter("a_total", help: "", labels: ["x"])
        #expect(first === registry.counter("a_total", help: "other", labels: ["x"]))
        #expect(first.with("1") === first.with(["1"]))
        #expect(first.with("1") !== first.with("2"))
    }

    @Test func `A family that contradicts another works and is not shown`() {
        let registry = MetricsRegistry()
        registry.counter("a", help: "").with().increment()
        registry.gauge("a", help: "").with().set(7)
        registry.counter("a", help: "", labels: ["x"]).with("1").increment()
        #expect(text(registry, "a") == ["a 1"])
        #expect(text(registry, "metrics_registration_conflicts_total") == ["metrics_registration_conflicts_total 2"])
    }

    @Test func `Too few or too many label values do no harm`() {
        let registry = MetricsRegistry()
        let family = registry.counter("a_total", help: "", labels: ["x", "y"])
        family.with("1").increment()
        family.with("1", "").increment()
        family.with("1", "2", "3").increment()
        #expect(text(registry, "a_total") == [#"a_total{x="1",y=""} 2"#, #"a_total{x="1",y="2"} 1"#])
    }

    @Test func `Beyond the bound of label values all share one series`() {
        let registry = MetricsRegistry(labelSetLimit: 2)
        let family = registry.counter("a_total", help: "", labels: ["x"])
        for value in ["1", "2", "3", "4", "3", "1"] { family.with(value).increment() }
        #expect(
            text(registry, "a_total") == [#"a_total{x="1"} 2"#, #"a_total{x="2"} 1"#, #"a_total{x="other"} 3"#])
        #expect(text(registry, "metrics_label") == ["metrics_label_sets_dropped_total 3"])
    }

    @Test func `A removed series is not shown any more`() {
        let registry = MetricsRegistry()
        let family = registry.gauge("depth", help: "", labels: ["x"])
        family.with("1").set(1)
        family.with("2").set(2)
        #expect(text(registry, "depth").count == 2)
        family.remove("1")
        #expect(text(registry, "depth") == [#"depth{x="2"} 2"#])
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-2, "-2"), (1.5, "1.5"), (1e15, "1000000000000000"), (1e300, "1e+300"), (1e-7, "1e-07"),
        (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (9_007_199_254_740_992, "9007199254740992"),
    ])
    func `Numbers are written as the format wants them`(value: Double, text: String) {
        var bytes: [UInt8] = []
        PrometheusText.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text + "\n")
    }

    @Test func `Odd amounts are ignored`() {
        let counter = MetricCounter()
        counter.increment(by: -1)
        counter.increment(by: -0.5)
        counter.increment(by: .nan)
        counter.increment(by: Double.infinity)
        #expect(counter.value == 0)
        let histogram = MetricHistogram(buckets: [1])
        histogram.record(.nan)
        histogram.record(-1)
        histogram.record(.infinity)
        #expect(histogram.bucketCounts == [1, 1])
    }

    @Test func `Bounds of buckets are put in order`() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("h", help: "", buckets: [5, 1, .infinity, 1]).with()
        #expect(histogram.buckets == [1, 5])
    }

    @Test func `Counting from many tasks loses nothing`() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", help: "").with()
        let gauge = registry.gauge("g", help: "").with()
        let histogram = registry.histogram("h", help: "").with()
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment()
                        counter.increment(by: 0.5)
                        gauge.add(1)
                        histogram.record(0.25)
                    }
                }
            }
        }
        #expect(counter.value == 12_000)
        #expect(gauge.value == 8000)
        #expect(histogram.sum == 2000)
        #expect(histogram.bucketCounts.reduce(0, +) == 8000)
    }

    @Test func `Hooks set values before each rendering and end with their owner`() {
        final class Owner: Sendable {}
        let registry = MetricsRegistry()
        let calls = registry.counter("calls_total", help: "").with()
        var owner: Owner? = Owner()
        if let owner { registry.onCollect(of: owner) { _ in calls.increment() } }
        #expect(text(registry, "calls") == ["calls_total 1"])
        #expect(text(registry, "calls") == ["calls_total 2"])
        owner = nil
        #expect(text(registry, "calls") == ["calls_total 2"])
        registry.onCollect { calls.increment() }
        #expect(text(registry, "calls") == ["calls_total 3"])
    }
}
