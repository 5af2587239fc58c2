import Synchronization

/// All series of one metric: one for each combination of label values.
///
/// Resolve a series once where that is possible and keep it; changing it is free of locks.
public final class MetricFamily<Series: MetricSeries>: Sendable {
    private struct State {
        var series: [[String]: Entry] = [:]
        /// The series in the order of their label values; `nil` when it has to be made again.
        var sorted: [Entry]?
    }

    private final class Entry: Sendable {
        let series: Series
        let labels: [String]
        let lines: MetricLines

        init(series: Series, labels: [String], lines: [[UInt8]]) {
            self.series = series
            self.labels = labels
            self.lines = MetricLines(lines)
        }
    }

    /// The name of the metric.
    public let name: String
    /// The names of the labels.
    public let labelNames: [String]
    let help: String
    private let buckets: [Double]
    private let limit: Int
    private let dropped: MetricCounter?
    private let header: [UInt8]
    private let state = Mutex(State())

    init(
        name: String, help: String, labelNames: [String] = [], buckets: [Double] = [], limit: Int = 1,
        dropped: MetricCounter? = nil
    ) {
        self.name = name
        self.help = help
        self.labelNames = labelNames
        self.buckets = buckets
        self.limit = limit
        self.dropped = dropped
        self.header = PrometheusText.header(name: name, help: help, kind: Series.kind)
        if labelNames.isEmpty { _ = with([]) }
    }

    /// Returns the series with these label values, in the order of ``labelNames``.
    ///
    /// Missing values are empty, further ones are ignored. When the family has as many series as it may have, new
    /// combinations share one whose values are all `other`.
    public func with(_ values: String...) -> Series {
        with(values)
    }

    /// Returns the series with these label values, in the order of ``labelNames``.
    public func with(_ values: [String]) -> Series {
        let (series, isDropped) = state.withLock { state -> (Series, Bool) in
            if let known = state.series[values] { return (known.series, false) }
            var labels = Array(values.prefix(labelNames.count))
            while labels.count < labelNames.count { labels.append("") }
            var isDropped = false
            if labels != values, let known = state.series[labels] { return (known.series, false) }
            if state.series.count >= limit, !labels.isEmpty {
                labels = labels.map { _ in "other" }
                isDropped = true
                if let known = state.series[labels] { return (known.series, true) }
            }
            let entry = Entry(
                series: Series.make(buckets: buckets), labels: labels,
                lines: Series.lines(name: name, labels: Array(zip(labelNames, labels)), buckets: buckets))
            state.series[labels] = entry
            state.sorted = nil
            return (entry.series, isDropped)
        }
        if isDropped { dropped?.increment() }
        return series
    }

    /// Removes the series with these label values; who holds it may go on using it, but it is not shown any more.
    public func remove(_ values: String...) {
        state.withLock { state in
            if state.series.removeValue(forKey: values) != nil { state.sorted = nil }
        }
    }
}

/// A family whatever its kind.
protocol AnyMetricFamily: Sendable {
    var name: String { get }
    var labelNames: [String] { get }
    func write(to bytes: inout [UInt8])
}

extension MetricFamily: AnyMetricFamily {
    func write(to bytes: inout [UInt8]) {
        let entries = state.withLock { state in
            if let sorted = state.sorted { return sorted }
            let sorted = state.series.values.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
            state.sorted = sorted
            return sorted
        }
        bytes.append(contentsOf: header)
        for entry in entries { entry.series.write(entry.lines, to: &bytes) }
    }
}
