import Logging
import Synchronization

/// Tells the other processes on a store what they wait for, and hears what they tell.
final class ClusterNotices: Sendable {
    private struct State {
        var hasFreeWork = false
        /// When free work may be told of again, by ``EngineClock/uptime``.
        var freeWorkDue = Duration.zero
        /// Instances to read, since another process has changed them.
        var unread: Set<String> = []
    }

    /// How often to tell of free work at most.
    private static let freeWorkInterval = Duration.seconds(1)
    /// The bytes of a notice; PostgreSQL takes 7999.
    private static let noticeSize = 7000

    private let membership: any StoreMembership
    private let environment: EngineEnvironment
    private let sender: String
    private let state = Mutex(State())
    private let reading = WakeUp()
    private let telling = WakeUp()

    init(_ membership: any StoreMembership, environment: EngineEnvironment) {
        self.membership = membership
        self.environment = environment
        sender = environment.identifiers.next()
    }

    /// There is work in the store that this process has no room for.
    func tellFreeWork() {
        let isNew = state.withLock { state in
            defer { state.hasFreeWork = true }
            return !state.hasFreeWork
        }
        if isNew { telling.signal() }
    }

    /// Tells and hears until the task is cancelled; returns at once when the store cannot pass notices on.
    ///
    /// - Parameters:
    ///   - observers: Who wants to hear of instances.
    ///   - read: Reads an instance.
    ///   - found: Called when there may be work that others have left.
    func run(
        _ observers: InstanceObservers, read: @escaping @Sendable (String) async throws -> StateMachineInstance?,
        found: @escaping @Sendable () -> Void
    ) async {
        guard let news = membership.notices() else { return }
        observers.share(through: telling)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tell(observers) }
            group.addTask { await self.readChanged(observers, read) }
            for await item in news {
                switch item {
                case .connected:
                    observers.announceAll()
                    found()
                case .disconnected: break
                case .notice(let notice): hear(notice, observers, found)
                }
            }
            group.cancelAll()
        }
    }

    private func hear(_ notice: StoreNotice, _ observers: InstanceObservers, _ found: () -> Void) {
        guard notice.sender != sender else { return }
        if notice.hasFreeWork { found() }
        observers.want(notice.watched, at: environment.clock.uptime)
        let changed = observers.watched(among: notice.changed)
        guard !changed.isEmpty else { return }
        state.withLock { $0.unread.formUnion(changed) }
        reading.signal()
    }

    private func readChanged(
        _ observers: InstanceObservers, _ read: @Sendable (String) async throws -> StateMachineInstance?
    ) async {
        while !Task.isCancelled {
            await reading.wait()
            while let id = state.withLock({ $0.unread.popFirst() }), !Task.isCancelled {
                do {
                    if let instance = try await read(id) { observers.deliver(instance) } else { observers.end(id) }
                } catch {
                    // Whoever watches the instance looks at it from time to time.
                    environment.logger.debug("A change cannot be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func tell(_ observers: InstanceObservers) async {
        let clock = environment.clock
        var renewal = clock.uptime + RemoteWatches.renewal
        while !Task.isCancelled {
            let now = clock.uptime
            if renewal <= now {
                renewal = now + RemoteWatches.renewal
                observers.renew(at: now)
            }
            var notice = observers.takeNotice(from: sender)
            let freeWorkDue = state.withLock { state -> Duration? in
                guard state.hasFreeWork else { return nil }
                guard state.freeWorkDue <= now else { return state.freeWorkDue }
                (state.hasFreeWork, state.freeWorkDue) = (false, now + Self.freeWorkInterval)
                notice.hasFreeWork = true
                return nil
            }
            for part in notice.split(bytes: Self.noticeSize) {
                do { try await membership.tell(part) } catch {
                    environment.logger.debug("A notice cannot be told", metadata: ["error": "\(error)"])
                }
            }
            let delay = min(renewal, freeWorkDue ?? renewal) - clock.uptime
            await telling.wait(until: clock.now.advanced(by: max(.milliseconds(1), delay)), clock: clock)
        }
    }
}
