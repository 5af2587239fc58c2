/// A kind of series: ``MetricCounter``, ``MetricGauge`` or ``MetricHistogram``.
///
/// Other types have no use for conforming to it.
public protocol MetricSeries: AnyObject, Sendable {
    /// The kind of metric in the exposition format.
    static var kind: String { get }
    /// Creates a series; `buckets` matter for histograms only.
    static func make(buckets: [Double]) -> Self
    /// Returns the bytes before each of the values that a series shows.
    static func lines(name: String, labels: [(String, String)], buckets: [Double]) -> [[UInt8]]
    /// Appends all values, each after its line.
    func write(_ lines: MetricLines, to bytes: inout [UInt8])
}

extension MetricCounter: MetricSeries {
    public static var kind: String { "counter" }

    public static func make(buckets: [Double]) -> MetricCounter { MetricCounter() }

    public static func lines(name: String, labels: [(String, String)], buckets: [Double]) -> [[UInt8]] {
        [PrometheusText.line(name, labels)]
    }

    public func write(_ lines: MetricLines, to bytes: inout [UInt8]) {
        lines.append(0, to: &bytes)
        PrometheusText.append(value, to: &bytes)
    }
}

extension MetricGauge: MetricSeries {
    public static var kind: String { "gauge" }

    public static func make(buckets: [Double]) -> MetricGauge { MetricGauge() }

    public static func lines(name: String, labels: [(String, String)], buckets: [Double]) -> [[UInt8]] {
        [PrometheusText.line(name, labels)]
    }

    public func write(_ lines: MetricLines, to bytes: inout [UInt8]) {
        lines.append(0, to: &bytes)
        PrometheusText.append(value, to: &bytes)
    }
}

extension MetricHistogram: MetricSeries {
    public static var kind: String { "histogram" }

    public static func make(buckets: [Double]) -> MetricHistogram { MetricHistogram(buckets: buckets) }

    /// One line for each bucket, then those of the sum and of the count.
    public static func lines(name: String, labels: [(String, String)], buckets: [Double]) -> [[UInt8]] {
        var lines = (buckets + [.infinity]).map { bound in
            PrometheusText.line("\(name)_bucket", labels + [("le", PrometheusText.text(bound))])
        }
        lines.append(PrometheusText.line("\(name)_sum", labels))
        lines.append(PrometheusText.line("\(name)_count", labels))
        return lines
    }

    public func write(_ lines: MetricLines, to bytes: inout [UInt8]) {
        guard lines.count == buckets.count + 3 else { return }
        var cumulative = 0
        for index in 0...buckets.count {
            cumulative += count(ofBucket: index)
            lines.append(index, to: &bytes)
            PrometheusText.append(cumulative, to: &bytes)
        }
        lines.append(buckets.count + 1, to: &bytes)
        PrometheusText.append(sum, to: &bytes)
        lines.append(buckets.count + 2, to: &bytes)
        PrometheusText.append(cumulative, to: &bytes)
    }
}
