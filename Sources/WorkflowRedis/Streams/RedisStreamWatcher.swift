#if Redis
import Synchronization
import WorkflowCore

/// Waits for new entries of the index and wakes the subscriptions that they concern.
///
/// Subscriptions do not wait at Redis themselves: that would take a connection for each, and such a command cannot be
/// told about a topic that comes up meanwhile.
struct RedisStreamWatcher: Sendable {
    private static let batch = 500

    let link: RedisStreamLink
    let client: RedisClient

    /// Runs until the task is cancelled or the client is closed.
    func run() async {
        var position: String?
        while !Task.isCancelled {
            do {
                position = try await look(from: position)
            } catch let error as RedisError where error.code == .closed {
                return
            } catch is CancellationError {
                return
            } catch {
                position = nil
                await link.environment.clock.wait(for: .milliseconds(200))
            }
        }
    }

    /// Waits for entries after a position.
    ///
    /// - Parameter position: `nil` to begin at the end.
    /// - Returns: The position after them.
    private func look(from position: String?) async throws -> String {
        let index = RedisArgument(link.configuration.names.index)
        guard let position else {
            let newest = try await client.send("XREVRANGE", index, "+", "-", "COUNT", "1")
            // Whatever was said until now has not been heard.
            for source in sources { source.takeOver() }
            return newest.array?.first?.array?.first?.text ?? "0-0"
        }
        let answer = try await client.send(
            "XREAD", "COUNT", "\(Self.batch)", "BLOCK", "\(link.configuration.pollInterval.wholeMilliseconds)",
            "STREAMS", index, RedisArgument(position))
        guard let entries = answer.array?.first?.array?.last?.array, let last = entries.last?.array?.first?.text else {
            // Other programs may add messages without a word in the index.
            wake { _ in true }
            return position
        }
        var topics: Set<String> = []
        var released: Set<String> = []
        for entry in entries {
            guard let fields = entry.array?.last?.array, fields.count == 2, let topic = fields[1].text else { continue }
            if fields[0].text == "released" { released.insert(topic) } else { topics.insert(topic) }
        }
        // What has gone from the index by now is not known.
        let isBehind = entries.count == Self.batch
        for source in sources where isBehind || released.contains(where: source.pattern.matches) { source.takeOver() }
        wake { pattern in isBehind || topics.contains(where: pattern.matches) }
        return last
    }

    private var sources: [RedisStreamSource] { link.state.withLock { Array($0.sources.values) } }

    private func wake(_ isConcerned: (TopicPattern) -> Bool) {
        for source in sources where isConcerned(source.pattern) { source.wake() }
    }
}
#endif
