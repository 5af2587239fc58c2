/// What one run of a hook at a time may be in, on all nodes.
public struct CriticalSection: Sendable, Hashable {
    /// How long a run waits for its section unless the hook says otherwise.
    public static let usualTimeout = Duration.seconds(30)

    /// The name of the section; see ``StateMachineDefinition/scope(of:with:)`` for what it can name.
    public var name: Expression
    /// How long a run waits for the section.
    public var timeout: Duration

    /// Creates a section.
    public init(name: Expression, timeout: Duration = usualTimeout) {
        self.name = name
        self.timeout = timeout
    }
}

/// The critical sections of a process.
final class CriticalSections: Sendable {
    private let store: any StateStore
    private let clock: any EngineClock
    private let local = KeyedLock()

    init(store: any StateStore, clock: any EngineClock) {
        self.store = store
        self.clock = clock
    }

    /// Runs `body` while nobody else is in a section.
    ///
    /// - Parameters:
    ///   - name: The name of the section.
    ///   - timeout: How long to wait for it, within this process and then among all.
    ///   - body: Gets what is woken when the section is lost.
    /// - Throws: ``SectionBusy``; ``StoreError``; `CancellationError`; what `body` throws.
    func run<Result>(
        _ name: String, within timeout: Duration, _ body: (WakeUp) async throws -> Result
    ) async throws -> Result {
        let began = clock.uptime
        guard try await local.acquire(name, within: timeout, clock: clock) else {
            throw SectionBusy(name: name, timeout: timeout)
        }
        defer { local.release(name) }
        let loss = WakeUp()
        let rest = max(.milliseconds(1), timeout - (clock.uptime - began))
        guard let leave = try await store.enterSection(name, within: rest, lost: { loss.signal() }) else {
            throw SectionBusy(name: name, timeout: timeout)
        }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(loss)) } catch { result = .failure(error) }
        await leave()
        return try result.get()
    }
}

/// A critical section did not become free in time.
struct SectionBusy: Error, CustomStringConvertible {
    let name: String
    let timeout: Duration

    var description: String { "The critical section \"\(name)\" was not free within \(timeout)." }
}
