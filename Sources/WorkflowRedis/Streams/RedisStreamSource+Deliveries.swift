#if Redis
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Who has which messages.
extension RedisStreamSource {
    /// Tells the server what became of messages.
    func tell(_ client: RedisClient) async throws {
        let (acknowledged, returned) = state.withLock { state in
            defer { (state.acknowledged, state.returned) = ([], []) }
            return (state.acknowledged, state.returned)
        }
        do {
            for (topic, places) in Dictionary(grouping: acknowledged, by: \.topic) {
                let words = ["XACK", link.configuration.names.stream(of: topic), group] + places.map(\.id.description)
                _ = try await client.send(words.map { RedisArgument($0) })
            }
        } catch let error as RedisError {
            // Told again later, which does no harm.
            state.withLock { $0.acknowledged += acknowledged }
            throw error
        }
        // When this is lost, they are taken over a little later.
        for (topic, items) in Dictionary(grouping: returned, by: \.place.topic) {
            let names = link.configuration.names
            let words: [String] =
                [group, link.node, topic, "\(link.configuration.ackWait.wholeMilliseconds)"]
                + items.flatMap { [$0.place.id.description, "\(max(0, $0.attempts))"] }
            _ = try await RedisDeliveryScripts.giveBack.run(
                on: client, keys: [.init(names.stream(of: topic)), .init(names.index)],
                words.map { RedisArgument($0) })
        }
    }

    /// Says that what is here is in hand, so that nobody takes it over.
    func renew(_ client: RedisClient) async throws {
        let now = link.environment.clock.now
        let places = state.withLock { state -> [RedisPlace] in
            guard state.isBeatDue else { return [] }
            state.isBeatDue = false
            return Array(state.held.keys)
        }
        for (topic, places) in Dictionary(grouping: places, by: \.topic) {
            let words = [group, link.node] + places.map(\.id.description)
            let answer = try await RedisDeliveryScripts.renew.run(
                on: client, keys: [.init(link.configuration.names.stream(of: topic))], words.map { RedisArgument($0) })
            let gone = Set((answer.array ?? []).compactMap { $0.text.flatMap { RedisEntryID($0) } })
            state.withLock { state in
                for place in places {
                    if gone.contains(place.id) {
                        state.held[place] = nil
                    } else {
                        state.held[place]?.renewed = now
                    }
                }
                if !gone.isEmpty { state.merger.remove(gone, of: topic) }
            }
        }
        if !places.isEmpty { unpark() }
    }

    /// Lets those messages be handled that waited for a word of the server. Those that are still in the queue go behind
    /// them, in the order of all.
    private func unpark() {
        let waiting = state.withLock { state -> [RedisEntry] in
            guard state.isParking else { return [] }
            state.isParking = false
            let waiting = state.held.values.filter { $0.isParked || $0.isQueued }.map(\.entry)
            for entry in waiting {
                if state.held[entry.place]?.isQueued == true { state.held[entry.place]?.stalePlaces += 1 }
                state.held[entry.place]?.isParked = false
            }
            return waiting.sorted { $0.place.id < $1.place.id }
        }
        add(waiting)
    }

    /// Takes what the server counts as being here, though the answer with it was lost.
    func recover(_ client: RedisClient) async throws {
        guard state.withLock({ $0.mustRecover }) else { return }
        let found = try await take(client, idle: .zero, from: link.node, counting: 0)
        state.withLock { $0.mustRecover = false }
        restore(found)
    }

    /// Takes over what other nodes have left or given back: all of it, since what is read next comes after it.
    func takeOver(_ client: RedisClient) async throws {
        let room = line.room
        let isDue = state.withLock { state in
            guard room > 0 else { return false }
            defer { state.isTakeOverDue = false }
            return state.isTakeOverDue
        }
        guard isDue else { return }
        let found = try await take(client, idle: link.configuration.ackWait, from: "", counting: 1)
        restore(found)
        // There may be more.
        if found.count >= Self.takenAtOnce { state.withLock { $0.isTakeOverDue = true } }
    }

    /// Lets entries be handled with those that are read next, in their common order.
    private func restore(_ found: [RedisEntry]) {
        let new = state.withLock { state in found.filter { state.held[$0.place] == nil } }
        hold(new)
        state.withLock { $0.merger.restore(new) }
    }

    private static let takenAtOnce = 10_000

    private func take(
        _ client: RedisClient, idle: Duration, from consumer: String, counting: Int
    ) async throws -> [RedisEntry] {
        var entries: [RedisEntry] = []
        var lost: Int64 = 0
        for topic in state.withLock({ $0.topics }) where entries.count < Self.takenAtOnce {
            let answer = try await RedisDeliveryScripts.take.run(
                on: client, keys: [.init(link.configuration.names.stream(of: topic))],
                [
                    .init(group), .init(link.node), "\(idle.wholeMilliseconds)",
                    "\(Self.takenAtOnce - entries.count)", .init(consumer), "\(counting)",
                ])
            guard let parts = answer.array, parts.count == 2 else { continue }
            entries += (parts[0].array ?? []).compactMap { RedisEntry($0, topic: topic) }
            lost += parts[1].integer ?? 0
        }
        if lost > 0 {
            link.logger.error(
                "Messages are lost: the stream was trimmed before they were handled",
                metadata: [
                    "broker.name": "\(link.name)", "broker.subscription": "\(line.name)", "messages": "\(lost)",
                ])
        }
        return entries
    }

    /// Gives everything back, and removes this node from the groups.
    func leave() async {
        let topics = state.withLock { state in
            for (place, held) in state.held { state.returned.append((place, held.attempts)) }
            state.held = [:]
            defer { state.topics = [] }
            return state.topics
        }
        do {
            let client = try link.client()
            try await tell(client)
            for topic in topics {
                _ = try await RedisDeliveryScripts.leave.run(
                    on: client, keys: [.init(link.configuration.names.stream(of: topic))],
                    [.init(group), .init(link.node)])
            }
        } catch {
            link.logger.info(
                "What was in hand could not be given back; others take it over after ackWait",
                metadata: ["broker.name": "\(link.name)", "broker.subscription": "\(line.name)", "error": "\(error)"])
        }
    }
}
#endif
