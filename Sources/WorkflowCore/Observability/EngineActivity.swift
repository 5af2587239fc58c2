import Synchronization

/// What an application has just done, for those who look on while it runs.
public enum EngineActivity: Sendable {
    /// Transitions that were committed together, in order, and the instance after them. Of changes that follow each
    /// other quickly the later one may be told first; compare ``StateMachineInstance/version``.
    case transitions([TransitionRecord], StateMachineInstance)
    /// A message that a handler was called with.
    case delivery(MessageDelivery)
    /// A workflow was called.
    case called(CallActivity)
    /// A call has ended.
    case returned(CallActivity, Result<JSONValue, any Error>)
    /// A step was begun, or has ended.
    case step(StepActivity)
    /// An instance was removed.
    case removed(StateMachineInstance)
}

/// What became of a message that a handler was called with.
public struct MessageDelivery: Sendable {
    /// The message.
    public let message: Message
    /// The broker that it came from.
    public let broker: String
    /// The subscription that it was delivered to.
    public let subscription: String
    /// How long the handler took.
    public let duration: Duration
    /// What the handler threw; `nil` when it handled the message.
    public let error: (any Error)?
}

/// Who looks on. Without anybody, all of this costs one look at a flag.
final class ActivityWatch: Sendable {
    typealias Observer = @Sendable (EngineActivity) -> Void

    /// Keeps the observer as it is: a closure that stands in a generic type by itself is wrapped anew, in the one before,
    /// with each access to it.
    private struct Installed {
        let observer: Observer
        let identify: (@Sendable (StateMachineInstance) -> String)?
    }

    private let isOn = Atomic(false)
    private let installed = Mutex<Installed?>(nil)

    var observer: Observer? {
        guard isOn.load(ordering: .acquiring) else { return nil }
        return installed.withLock { $0 }?.observer
    }

    /// What the life of an instance is known by; `nil` when nobody looks on, or nobody gives it a name.
    func identifier(of instance: StateMachineInstance) -> String? {
        guard isOn.load(ordering: .acquiring) else { return nil }
        return installed.withLock { $0 }?.identify?(instance)
    }

    func install(_ observer: Observer?, identify: (@Sendable (StateMachineInstance) -> String)?) {
        installed.withLock { $0 = observer.map { Installed(observer: $0, identify: identify) } }
        isOn.store(observer != nil, ordering: .releasing)
    }
}

extension Traces {
    /// Tells an observer what the application does from now on; `nil` for nobody.
    ///
    /// - Parameters:
    ///   - observer: Must be quick and must not block: it runs before the application goes on.
    ///   - identify: What the life of an instance is known by to the observer; see ``ExecutionScope/owner``.
    public func watch(
        _ observer: (@Sendable (EngineActivity) -> Void)?,
        identifying identify: (@Sendable (StateMachineInstance) -> String)? = nil
    ) {
        activity.install(observer, identify: identify)
    }

    /// Tells the observer of something, which is only made up when there is one.
    package func tell(_ activity: @autoclosure () -> EngineActivity) {
        self.activity.observer?(activity())
    }

    /// Calls a handler, and tells the observer what became of it.
    func watched(
        _ message: Message, from broker: String, subscription: String, _ handle: () async throws -> Void
    ) async throws {
        guard let observer = activity.observer else { return try await handle() }
        let began = ContinuousClock.now
        func tell(_ error: (any Error)?) {
            observer(
                .delivery(
                    MessageDelivery(
                        message: message, broker: broker, subscription: subscription,
                        duration: began.duration(to: .now), error: error)))
        }
        do {
            try await handle()
        } catch {
            tell(error)
            throw error
        }
        tell(nil)
    }
}
