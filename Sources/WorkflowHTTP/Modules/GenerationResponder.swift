import HTTPTypes
import Synchronization
import WorkflowCore

/// Answers requests with the modules of one generation, and knows what is in progress.
final class GenerationResponder: HTTPHandler {
    let progress = RequestProgress()
    private let next: any HTTPHandler
    private let outcomes: RequestOutcomes

    init(next: any HTTPHandler, outcomes: RequestOutcomes = RequestOutcomes()) {
        self.next = next
        self.outcomes = outcomes
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        progress.enter()
        defer { progress.leave() }
        do {
            var response = try await next.handle(request)
            outcomes.count(isFailure: response.status.code >= 500)
            if case .stream(let length, let produce) = response.body {
                // The body is produced after this function has returned.
                let stream = StreamInProgress(of: response.streamSource, in: progress)
                response.body = .stream(length: length) { writer in
                    defer { stream.end() }
                    try await produce(writer)
                }
            }
            return response
        } catch {
            let isFailure = (error as? HTTPError).map { $0.status.code >= 500 } ?? !(error is CancellationError)
            outcomes.count(isFailure: isFailure)
            throw error
        }
    }
}

/// The requests that one generation has begun on a listener and not finished.
final class RequestProgress: Sendable {
    private struct Waits {
        var streams: [String: Int] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let answering = Atomic<Int>(0)
    private let waits = Mutex(Waits())

    func enter() {
        answering.add(1, ordering: .relaxed)
    }

    func leave() {
        if answering.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { resumeWaiters() }
    }

    func enterStream(of source: String) {
        waits.withLock { $0.streams[source, default: 0] += 1 }
    }

    func leaveStream(of source: String) {
        waits.withLock { waits in
            let left = (waits.streams[source] ?? 1) - 1
            waits.streams[source] = left > 0 ? left : nil
        }
        resumeWaiters()
    }

    /// How many requests are in progress.
    ///
    /// - Parameter kept: The modules whose streams go on whatever becomes of the generation; they do not count.
    func count(without kept: Set<String> = []) -> Int {
        let streams = waits.withLock { waits in
            waits.streams.reduce(0) { kept.contains($1.key) ? $0 : $0 + $1.value }
        }
        return streams + answering.load(ordering: .acquiring)
    }

    /// Returns when no request is in progress, or when `duration` is over.
    ///
    /// - Parameter kept: The modules whose streams are not waited for.
    func waitUntilIdle(for duration: Duration, without kept: Set<String> = []) async {
        guard count(without: kept) > 0 else { return }
        let end = ContinuousClock.now.advanced(by: duration)
        let timer = Task {
            do { try await Task.sleep(until: end, clock: .continuous) } catch { return }
            self.resumeWaiters()
        }
        while count(without: kept) > 0, ContinuousClock.now < end {
            await withCheckedContinuation { continuation in
                waits.withLock { $0.waiters.append(continuation) }
                if count(without: kept) == 0 || ContinuousClock.now >= end { resumeWaiters() }
            }
        }
        timer.cancel()
    }

    private func resumeWaiters() {
        let waiting = waits.withLock { waits in
            defer { waits.waiters = [] }
            return waits.waiters
        }
        for waiter in waiting { waiter.resume() }
    }
}

/// One streamed body, which ends also when the server drops it without producing it, as it does for HEAD.
private final class StreamInProgress: Sendable {
    private let source: String
    private let progress: RequestProgress
    private let hasEnded = Atomic<Bool>(false)

    init(of source: String, in progress: RequestProgress) {
        self.source = source
        self.progress = progress
        progress.enterStream(of: source)
    }

    func end() {
        if !hasEnded.exchange(true, ordering: .relaxed) { progress.leaveStream(of: source) }
    }

    deinit { end() }
}
