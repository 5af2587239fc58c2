import Synchronization

/// The metrics of an engine, and their rendering in the Prometheus text format.
///
/// A registry is a value that its owner passes on; there is no global one.
///
/// ```swift
/// let registry = MetricsRegistry()
/// let requests = registry.counter("http_requests_total", help: "Requests served.", labels: ["method", "status_code"])
/// requests.with("GET", "200").increment()
/// let body = registry.render()      // [UInt8], to be served as MetricsRegistry.contentType
/// ```
public final class MetricsRegistry: Sendable {
    /// The `Content-Type` of what ``render()`` returns.
    public static var contentType: String { PrometheusText.contentType }

    private struct State {
        var families: [String: any AnyMetricFamily] = [:]
        /// The families by name; `nil` when the list has to be made again.
        var sorted: [any AnyMetricFamily]?
        /// Each returns `false` when its owner is gone.
        var hooks: [@Sendable () -> Bool] = []
        var lastSize = 4096
    }

    private let labelSetLimit: Int
    private let state = Mutex(State())
    private let dropped: MetricCounter
    private let conflicts: MetricCounter

    /// Creates an empty registry.
    ///
    /// - Parameter labelSetLimit: How many combinations of label values a metric may have; what comes beyond is counted
    ///   under the values `other`.
    public init(labelSetLimit: Int = 1000) {
        self.labelSetLimit = max(labelSetLimit, 1)
        let dropped = MetricFamily<MetricCounter>(
            name: "metrics_label_sets_dropped_total",
            help: "Uses of label values beyond the bound of their metric, counted as \"other\".")
        let conflicts = MetricFamily<MetricCounter>(
            name: "metrics_registration_conflicts_total",
            help: "Metrics that are not shown because one of another kind or with other labels has their name.")
        self.dropped = dropped.with()
        self.conflicts = conflicts.with()
        state.withLock { state in
            state.families[dropped.name] = dropped
            state.families[conflicts.name] = conflicts
        }
    }

    /// Returns the counter with this name; makes it when there is none.
    public func counter(_ name: String, help: String, labels: [String] = []) -> MetricFamily<MetricCounter> {
        family(name, help, labels, [])
    }

    /// Returns the gauge with this name; makes it when there is none.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> MetricFamily<MetricGauge> {
        family(name, help, labels, [])
    }

    /// Returns the histogram with this name; makes it when there is none.
    ///
    /// - Parameters:
    ///   - name: The name; characters that may not be in one become `_`.
    ///   - help: What it tells.
    ///   - labels: The names of the labels.
    ///   - buckets: The upper bounds without infinity.
    public func histogram(
        _ name: String, help: String, labels: [String] = [], buckets: [Double] = MetricHistogram.defaultBuckets
    ) -> MetricFamily<MetricHistogram> {
        family(name, help, labels, Array(Set(buckets.filter(\.isFinite))).sorted())
    }

    /// Returns a family. One that contradicts another of the same name works, but is not shown.
    private func family<Series: MetricSeries>(
        _ name: String, _ help: String, _ labels: [String], _ buckets: [Double]
    ) -> MetricFamily<Series> {
        let name = PrometheusText.name(name)
        let labels = labels.map { PrometheusText.name($0, allowsColon: false) }
        let family = state.withLock { state in
            let known = state.families[name]
            if let known = known as? MetricFamily<Series>, known.labelNames == labels { return (known, true) }
            let family = MetricFamily<Series>(
                name: name, help: help, labelNames: labels, buckets: buckets, limit: labelSetLimit, dropped: dropped)
            guard known == nil else { return (family, false) }
            state.families[name] = family
            state.sorted = nil
            return (family, true)
        }
        if !family.1 { conflicts.increment() }
        return family.0
    }

    /// Has `hook` called before each rendering, to set what is not kept up to date all the time.
    ///
    /// - Parameters:
    ///   - owner: Whose values are read; when it is gone, so is the hook.
    ///   - hook: Sets values; must be quick.
    public func onCollect<Owner: AnyObject & Sendable>(
        of owner: Owner, _ hook: @escaping @Sendable (Owner) -> Void
    ) {
        let weakly: @Sendable () -> Bool = { [weak owner] in
            guard let owner else { return false }
            hook(owner)
            return true
        }
        state.withLock { $0.hooks.append(weakly) }
    }

    /// Has `hook` called before each rendering, for as long as the registry lives.
    public func onCollect(_ hook: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.hooks.append {
                hook()
                return true
            }
        }
    }

    /// Returns all metrics in the Prometheus text format 0.0.4: families by name, series by label values.
    public func render() -> [UInt8] {
        collect()
        let (families, size) = state.withLock { state in
            let families = state.sorted ?? state.families.values.sorted { $0.name < $1.name }
            state.sorted = families
            return (families, state.lastSize)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for family in families { family.write(to: &bytes) }
        let used = bytes.count
        state.withLock { $0.lastSize = used + used / 8 }
        return bytes
    }

    private func collect() {
        let hooks = state.withLock { $0.hooks }
        guard !hooks.isEmpty else { return }
        var living = hooks
        living.removeAll { !$0() }
        guard living.count < hooks.count else { return }
        let kept = living
        state.withLock { state in
            state.hooks = kept + state.hooks.dropFirst(hooks.count)
        }
    }
}
