import HTTPTypes
import Synchronization
import WorkflowCore

/// Keeps the requests that arrive between the opening of a port and the moment when the application is ready, and then
/// has them answered.
final class WaitingRoom: HTTPHandler {
    private enum Phase {
        case waiting([CheckedContinuation<(any HTTPHandler)?, Never>])
        case open(any HTTPHandler)
        case closed
    }

    private let phase = Mutex(Phase.waiting([]))

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let next = await withCheckedContinuation { continuation in
            let known = phase.withLock { phase -> (any HTTPHandler)?? in
                switch phase {
                case .waiting(let others):
                    phase = .waiting(others + [continuation])
                    return .none
                case .open(let next): return .some(next)
                case .closed: return .some(nil)
                }
            }
            if let known { continuation.resume(returning: known) }
        }
        guard let next else {
            throw HTTPError(.serviceUnavailable, "The application is not available.", headers: [.retryAfter: "1"])
        }
        return try await next.handle(request)
    }

    /// Has everybody answered by a handler, also those who come late.
    func open(to next: any HTTPHandler) {
        leave(.open(next), to: next)
    }

    /// Sends everybody away.
    func close() {
        leave(.closed, to: nil)
    }

    private func leave(_ following: Phase, to next: (any HTTPHandler)?) {
        let waiting = phase.withLock { phase -> [CheckedContinuation<(any HTTPHandler)?, Never>] in
            defer { phase = following }
            if case .waiting(let continuations) = phase { return continuations }
            return []
        }
        for continuation in waiting { continuation.resume(returning: next) }
    }
}
