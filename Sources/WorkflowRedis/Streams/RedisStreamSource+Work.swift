#if Redis
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// What needs the server.
extension RedisStreamSource {
    /// Does all that is to be done.
    func work() async {
        do {
            let client = try link.client()
            try await tell(client)
            if state.withLock({ !$0.isSetUp }) { try await setUp(client) }
            try await renew(client)
            try await recover(client)
            try await takeOver(client)
            try await read(client)
            note(problem: nil)
        } catch let error as RedisError where error.description.contains("NOGROUP") {
            // The server has been emptied; what was published since then is to be read.
            note(firstAttempt: .success(()))
            note(problem: "the consumer group \"\(group)\" is gone and is made again")
            state.withLock { $0.isSetUp = false }
            wake()
        } catch let error as RedisError where error.code == .refused {
            note(firstAttempt: Self.isFinal(error) ? .failure(link.refusal(error)) : .success(()))
            note(problem: "it refuses: \(error.description)")
        } catch {
            // Without a connection the next one does it. An answer may have been lost, and messages with it.
            state.withLock { $0.mustRecover = true }
            note(firstAttempt: .success(()))
        }
    }

    /// Whether an answer will not be another one later.
    private static func isFinal(_ error: RedisError) -> Bool {
        ["NOPERM", "WRONGTYPE"].contains { error.description.contains($0) }
    }

    private func note(problem: String?) {
        let isNews = state.withLock { state in
            defer { state.problem = problem }
            return problem != nil && state.problem != problem
        }
        guard isNews, let problem else { return }
        link.logger.warning(
            "A subscription gets no messages from Redis; trying again",
            metadata: ["broker.name": "\(link.name)", "broker.subscription": "\(line.name)", "error": "\(problem)"])
    }

    /// Makes the groups in the streams of all topics that match.
    func setUp(_ client: RedisClient) async throws {
        let configuration = link.configuration
        let names = configuration.names
        let known = state.withLock { $0.start }
        let keys = [names.last, names.subscriptions, names.topics, names.version]
        let answer = try await RedisStreamScripts.register.run(
            on: client, keys: keys.map { RedisArgument($0) },
            [.init(group), .init(known ?? (configuration.isFromStart ? "0-0" : ""))])
        guard let parts = answer.array, parts.count == 3, let start = parts[0].text, let version = parts[1].text,
            let all = parts[2].array
        else { throw RedisError(.unexpectedAnswer, "the script of subscriptions gave an unexpected answer") }
        var topics: [String] = []
        let wanted =
            pattern.isLiteral
            ? [pattern.description] : all.compactMap(\.text).filter { pattern.matches($0) }.sorted()
        for topic in wanted {
            let answer = try await RedisStreamScripts.open.run(
                on: client, keys: [.init(names.stream(of: topic)), .init(names.topics)],
                [.init(group), .init(start), .init(topic), pattern.isLiteral ? "1" : "0"])
            if answer.integer == 1 { topics.append(topic) }
        }
        state.withLock { state in
            (state.start, state.version, state.topics) = (start, pattern.isLiteral ? "" : version, topics)
            state.isSetUp = true
        }
        note(firstAttempt: .success(()))
    }
}
#endif
