package import HTTPTypes
import Synchronization
package import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// Counts the requests of a server.
///
/// The series are found by a key without making text, and kept: each thread works on a table of its own, so that event
/// loops do not wait for each other.
package final class HTTPServerMetrics: HTTPServerObserver {
    private struct Key: Hashable {
        let route: String
        let method: UInt8
    }

    private struct Series {
        let duration: MetricHistogram
        /// A route answers with few different statuses.
        var byStatus: [(code: Int, requests: MetricCounter)]
    }

    private final class Shard: Sendable {
        let series = Mutex<[Key: Series]>([:])
    }

    private static let shardCount = 16
    private static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "other"]
    /// The status of a request that ended before any was sent.
    private static let statusWithoutAnswer = 499

    private let requests: MetricFamily<MetricCounter>
    private let durations: MetricFamily<MetricHistogram>
    private let shards: [Shard]

    /// - Parameter metrics: Where requests are counted.
    package init(metrics: EngineMetrics) {
        requests = metrics.httpRequests
        durations = metrics.httpRequestDuration
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// Adds the requests that a server works on to the gauge whenever metrics are collected.
    package func countInFlight(of server: HTTPServer, in metrics: EngineMetrics) {
        let gauge = metrics.httpRequestsInFlight.with()
        let last = LastValue()
        metrics.registry.onCollect(of: server) { server in
            let current = server.requestsInFlight
            gauge.add(Double(current - last.value.exchange(current, ordering: .relaxed)))
        }
    }

    package func requestFinished(_ outcome: HTTPRequestOutcome) {
        record(
            Key(route: outcome.routePattern, method: Self.index(of: outcome.method)),
            status: outcome.status?.code ?? Self.statusWithoutAnswer,
            duration: outcome.isSubscription ? nil : outcome.duration)
    }

    package func requestRefused(status: HTTPResponse.Status, reason: String, remoteAddress: String) {
        record(Key(route: "", method: UInt8(Self.methods.count - 1)), status: status.code, duration: nil)
    }

    private func record(_ key: Key, status: Int, duration: Duration?) {
        let shard = shards[Self.currentShard()]
        let (requests, histogram) = shard.series.withLock { series in
            if let known = series[key] {
                if let entry = known.byStatus.first(where: { $0.code == status }) {
                    return (entry.requests, known.duration)
                }
                let counter = counter(key, status: status)
                series[key]?.byStatus.append((status, counter))
                return (counter, known.duration)
            }
            let counter = counter(key, status: status)
            let histogram = durations.with(Self.methods[Int(key.method)], Self.label(key.route))
            series[key] = Series(duration: histogram, byStatus: [(status, counter)])
            return (counter, histogram)
        }
        requests.increment()
        if let duration { histogram.record(duration) }
    }

    private func counter(_ key: Key, status: Int) -> MetricCounter {
        requests.with(Self.methods[Int(key.method)], Self.label(key.route), String(status))
    }

    private static func label(_ route: String) -> String { route.isEmpty ? "unmatched" : route }

    private static func index(of method: HTTPRequest.Method) -> UInt8 {
        switch method {
        case .get: 0
        case .post: 1
        case .put: 2
        case .delete: 3
        case .patch: 4
        case .head: 5
        case .options: 6
        default: 7
        }
    }

    private static func currentShard() -> Int {
        #if canImport(Darwin)
        let thread = UInt(bitPattern: pthread_self())
        #else
        let thread = UInt(pthread_self())
        #endif
        // Threads are large, page-aligned objects: the low bits are all alike.
        return Int((thread >> 12 ^ thread >> 20) % UInt(shardCount))
    }
}

/// What a server added to a gauge last.
private final class LastValue: Sendable {
    let value = Atomic<Int>(0)
}
