/// Reads a stream of changes, and looks once at the beginning whether the instance is completed or gone already.
// Unchecked: an AsyncStream calls its closure for one consumer at a time, and nobody else has the reader.
final class ChangeReader: @unchecked Sendable {
    private var changes: AsyncStream<StateMachineInstance>.Iterator
    private let continuation: AsyncStream<StateMachineInstance>.Continuation
    private var current: (@Sendable () async throws -> StateMachineInstance?)?
    private var final: StateMachineInstance?

    init(
        _ changes: AsyncStream<StateMachineInstance>.Iterator,
        _ continuation: AsyncStream<StateMachineInstance>.Continuation,
        current: @escaping @Sendable () async throws -> StateMachineInstance?
    ) {
        self.changes = changes
        self.continuation = continuation
        self.current = current
    }

    deinit {
        continuation.finish()
    }

    func next() async -> StateMachineInstance? {
        if let current {
            self.current = nil
            do {
                let instance = try await current()
                if instance?.completed ?? true { end(with: instance) }
            } catch {
                // The store fails; changes may come all the same.
            }
        }
        if let change = await changes.next(isolation: #isolation) {
            if let final, change.version >= final.version { self.final = nil }
            return change
        }
        defer { final = nil }
        return final
    }

    private func end(with instance: StateMachineInstance?) {
        final = instance
        continuation.finish()
    }
}
