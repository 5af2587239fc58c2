public import Metrics

/// Shows in a ``MetricsRegistry`` what libraries record through swift-metrics.
///
/// Only an executable does this, once:
///
/// ```swift
/// MetricsSystem.bootstrap(RegistryMetricsFactory(registry: registry))
/// ```
///
/// Labels become metric names with `_` for what may not be in one; counters end in `_total`, timers in `_seconds`.
/// Metrics of the same name must have the same dimension names; others are not shown.
public struct RegistryMetricsFactory: MetricsFactory {
    /// The bounds for recorders that aggregate: powers of ten with two steps between.
    public static let recorderBuckets: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000,
    ]

    private let registry: MetricsRegistry

    /// Creates a factory.
    public init(registry: MetricsRegistry) {
        self.registry = registry
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        CounterAdapter(counter(label, dimensions))
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        CounterAdapter(counter(label, dimensions))
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeAdapter(gauge(label, dimensions))
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return GaugeAdapter(gauge(label, dimensions)) }
        return HistogramAdapter(
            registry.histogram(label, help: "", labels: dimensions.map(\.0), buckets: Self.recorderBuckets)
                .with(dimensions.map(\.1)))
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = label.hasSuffix("_seconds") ? label : "\(label)_seconds"
        return HistogramAdapter(
            registry.histogram(name, help: "", labels: dimensions.map(\.0)).with(dimensions.map(\.1)))
    }

    // Series stay: what was counted stays true, and others may hold the same one.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> MetricCounter {
        let name = label.hasSuffix("_total") ? label : "\(label)_total"
        return registry.counter(name, help: "", labels: dimensions.map(\.0)).with(dimensions.map(\.1))
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> MetricGauge {
        registry.gauge(label, help: "", labels: dimensions.map(\.0)).with(dimensions.map(\.1))
    }
}

private final class CounterAdapter: CounterHandler, FloatingPointCounterHandler {
    private let counter: MetricCounter

    init(_ counter: MetricCounter) {
        self.counter = counter
    }

    func increment(by amount: Int64) { counter.increment(by: Int(amount)) }
    func increment(by amount: Double) { counter.increment(by: amount) }
    func reset() { counter.set(0) }
}

private final class GaugeAdapter: MeterHandler, RecorderHandler {
    private let gauge: MetricGauge

    init(_ gauge: MetricGauge) {
        self.gauge = gauge
    }

    func set(_ value: Int64) { gauge.set(Double(value)) }
    func set(_ value: Double) { gauge.set(value) }
    func increment(by amount: Double) { gauge.add(amount) }
    func decrement(by amount: Double) { gauge.add(-amount) }
    func record(_ value: Int64) { gauge.set(Double(value)) }
    func record(_ value: Double) { gauge.set(value) }
}

private final class HistogramAdapter: RecorderHandler, TimerHandler {
    private let histogram: MetricHistogram

    init(_ histogram: MetricHistogram) {
        self.histogram = histogram
    }

    func record(_ value: Int64) { histogram.record(Double(value)) }
    func record(_ value: Double) { histogram.record(value) }
    func recordNanoseconds(_ duration: Int64) { histogram.record(Double(duration) / 1e9) }
}
