import Synchronization
import WorkflowCore

/// Answers requests with the modules of one generation, and knows when none is in progress any more.
final class GenerationResponder: HTTPHandler {
    private let next: any HTTPHandler
    private let inFlight = Atomic<Int>(0)
    private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(next: any HTTPHandler) {
        self.next = next
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        inFlight.add(1, ordering: .relaxed)
        defer { leave() }
        var response = try await next.handle(request)
        if case .stream(let length, let produce) = response.body {
            // The body is produced after this function has returned.
            inFlight.add(1, ordering: .relaxed)
            let token = StreamToken(owner: self)
            response.body = .stream(length: length) { writer in
                defer { token.end() }
                try await produce(writer)
            }
        }
        return response
    }

    /// Returns when no request is in progress, or when `duration` is over.
    func waitUntilIdle(for duration: Duration) async {
        guard inFlight.load(ordering: .acquiring) > 0 else { return }
        var timer: Task<Void, Never>?
        await withCheckedContinuation { continuation in
            waiters.withLock { $0.append(continuation) }
            guard inFlight.load(ordering: .acquiring) > 0 else { return resumeWaiters() }
            timer = Task {
                try? await Task.sleep(for: duration)
                self.resumeWaiters()
            }
        }
        timer?.cancel()
    }

    fileprivate func leave() {
        if inFlight.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { resumeWaiters() }
    }

    private func resumeWaiters() {
        let waiting = waiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiting { waiter.resume() }
    }
}

/// Counts one streamed body, also when the server drops it without producing it, as it does for HEAD.
private final class StreamToken: Sendable {
    private let owner: GenerationResponder
    private let hasEnded = Atomic<Bool>(false)

    init(owner: GenerationResponder) {
        self.owner = owner
    }

    func end() {
        if !hasEnded.exchange(true, ordering: .relaxed) { owner.leave() }
    }

    deinit { end() }
}
