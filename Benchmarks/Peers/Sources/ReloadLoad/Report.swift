import Foundation

/// The figures of a measurement, as they are written at the end.
struct Report: Encodable {
    struct Latency: Encodable {
        let count: Int
        let p50: Double
        let p90: Double
        let p99: Double
        let p999: Double
        let max: Double

        /// Milliseconds out of a histogram of microseconds.
        init(_ histogram: Histogram) {
            func milliseconds(_ share: Double) -> Double { Double(histogram.quantile(share)) / 1000 }
            count = histogram.count
            p50 = milliseconds(0.5)
            p90 = milliseconds(0.9)
            p99 = milliseconds(0.99)
            p999 = milliseconds(0.999)
            max = Double(histogram.maximum) / 1000
        }
    }

    struct Requests: Encodable {
        let seconds: Double
        let succeeded: Int
        let failed: Int
        let rate: Double
        /// Kept connections that the server closed between two requests.
        let reconnects: Int
        let latency: Latency
        let keepAlive: Latency
        let shortLived: Latency
        /// How late the generator itself was with requests whose connection was free.
        let lateness: Latency
    }

    struct Streams: Encodable {
        let opened: Int
        let lost: Int
        /// Those that were without an event for too long, lost ones left out.
        let stale: Int
        let events: Int
        let longestSilence: Double
    }

    struct Sockets: Encodable {
        let opened: Int
        let lost: Int
        let sent: Int
        let unanswered: Int
        let latency: Latency
    }

    let requests: Requests
    let streams: Streams
    let sockets: Sockets
    let failures: Failures

    /// One line of JSON.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// What went wrong, by kind, and the first of them in full.
struct Failures: Encodable {
    struct Entry: Encodable {
        /// Seconds since 1970.
        let time: Double
        let kind: String
        let place: String
    }

    private(set) var kinds: [String: Int] = [:]
    private(set) var first: [Entry] = []

    mutating func note(_ kind: String, at place: String) {
        kinds[kind, default: 0] += 1
        if first.count < 50 { first.append(Entry(time: Date().timeIntervalSince1970, kind: kind, place: place)) }
    }
}
