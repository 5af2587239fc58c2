import Foundation
import NIOCore

/// The whole load: requests, streams and sockets, all on one event loop.
final class Load {
    private let options: LoadOptions
    private let loop: any EventLoop
    private let finished: EventLoopPromise<String>
    private var slots: [RequestSlot] = []
    private var streams: [EventStream] = []
    private var sockets: [EchoSocket] = []
    private var isStopping = false

    /// When the measurement begins, and when it has ended.
    private var begin = NIODeadline.distantFuture
    private var end = NIODeadline.distantFuture
    private var failures = Failures()
    private var succeeded = 0
    private var failed = 0
    private var reconnects = 0
    private var lostStreams = 0
    private var lostSockets = 0
    private var keptLatency = Histogram()
    private var shortLatency = Histogram()
    private var lateness = Histogram()
    private var echoLatency = Histogram()

    /// - Parameter finished: Gets the figures as JSON.
    init(options: LoadOptions, loop: any EventLoop, finished: EventLoopPromise<String>) {
        self.options = options
        self.loop = loop
        self.finished = finished
    }

    /// Opens streams and sockets, makes requests, and reports.
    ///
    /// - Parameter stop: Ends the measurement before its time.
    func run(until stop: EventLoopFuture<Void>) {
        streams = (0..<options.streams).map { index in
            EventStream(path: options.streamPaths[index % options.streamPaths.count], options: options) { [self] in
                lostStreams += 1
                failures.note("stream: \($0)", at: "stream \(index)")
            }
        }
        sockets = (0..<options.sockets).map { index in
            EchoSocket(
                options: options, loop: loop,
                lost: { [self] in
                    lostSockets += 1
                    failures.note("socket: \($0)", at: "socket \(index)")
                },
                answered: { [self] in echoLatency.record(Int($0.nanoseconds / 1000)) })
        }
        for stream in streams { stream.open(on: loop) }
        for (index, socket) in sockets.enumerated() {
            socket.open(delay: .milliseconds(1000 * Int64(index) / Int64(sockets.count)))
        }
        makeSlots(start: .now() + .milliseconds(100))
        begin = .now() + .milliseconds(100) + .seconds(Int64(options.warmUp))
        loop.assumeIsolated().scheduleTask(deadline: begin) { self.beginMeasuring() }
        loop.assumeIsolated().scheduleTask(deadline: begin + .seconds(Int64(options.seconds))) { self.stop() }
        stop.assumeIsolated().whenSuccess { self.stop() }
    }

    private func makeSlots(start: NIODeadline) {
        guard options.rate > 0 else { return }
        let count = options.keepAlive + options.shortLived
        slots = (0..<count).map { index in
            // The two kinds take turns as far as there are both.
            let keepsAlive =
                index / 2 < min(options.keepAlive, options.shortLived)
                ? index.isMultiple(of: 2) : options.keepAlive > options.shortLived
            return RequestSlot(
                index: index, of: count, keepsAlive: keepsAlive, start: start, options: options, loop: loop,
                record: { [self] in record($0, keepsAlive: keepsAlive) },
                reconnected: { [self] in reconnects += 1 })
        }
        for slot in slots { slot.schedule() }
    }

    private func beginMeasuring() {
        for stream in streams { stream.beginMeasuring() }
        for socket in sockets { socket.beginMeasuring() }
        reconnects = 0
        FileHandle.standardError.write(Data("measuring\n".utf8))
    }

    private func record(_ outcome: RequestSlot.Outcome, keepsAlive: Bool) {
        guard outcome.due >= begin else {
            if let failure = outcome.failure { failures.note("warm-up: \(failure)", at: outcome.path) }
            return
        }
        if let failure = outcome.failure {
            failed += 1
            failures.note(failure, at: outcome.path)
        } else {
            succeeded += 1
        }
        // Failures count as well: leaving them out would make a bad server look fast.
        let microseconds = Int((NIODeadline.now() - outcome.due).nanoseconds / 1000)
        if keepsAlive { keptLatency.record(microseconds) } else { shortLatency.record(microseconds) }
        if let late = outcome.lateness { lateness.record(Int(late.nanoseconds / 1000)) }
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        end = .now()
        for slot in slots { slot.stop() }
        for socket in sockets { socket.stopSending() }
        for stream in streams { stream.stop() }
        finish(at: .now() + options.timeout + .seconds(1))
    }

    /// Waits for the last answers and echoes.
    private func finish(at deadline: NIODeadline) {
        let isDone = slots.allSatisfy(\.isIdle) && sockets.allSatisfy { $0.unanswered == 0 }
        guard isDone || NIODeadline.now() > deadline else {
            loop.assumeIsolated().scheduleTask(in: .milliseconds(10)) { self.finish(at: deadline) }
            return
        }
        for socket in sockets { socket.stop() }
        finished.completeWith(Result { try report().text() })
    }

    private func report() -> Report {
        var latency = keptLatency
        latency.merge(shortLatency)
        let seconds = Double(max(0, (end - begin).nanoseconds)) / 1_000_000_000
        let silences = streams.filter { !$0.isLost }.map { Double($0.longestSilence.nanoseconds) / 1_000_000_000 }
        return Report(
            requests: .init(
                seconds: seconds, succeeded: succeeded, failed: failed,
                rate: seconds > 0 ? Double(succeeded) / seconds : 0, reconnects: reconnects,
                latency: .init(latency), keepAlive: .init(keptLatency), shortLived: .init(shortLatency),
                lateness: .init(lateness)),
            streams: .init(
                opened: streams.count(where: \.isOpen), lost: lostStreams,
                stale: options.streamSilence == 0 ? 0 : silences.count { $0 > Double(options.streamSilence) },
                events: streams.reduce(0) { $0 + $1.events }, longestSilence: silences.max() ?? 0),
            sockets: .init(
                opened: sockets.count(where: \.isOpen), lost: lostSockets,
                sent: sockets.reduce(0) { $0 + $1.sent }, unanswered: sockets.reduce(0) { $0 + $1.unanswered },
                latency: .init(echoLatency)),
            failures: failures)
    }
}
