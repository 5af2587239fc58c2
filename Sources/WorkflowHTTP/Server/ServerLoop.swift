import NIOCore
import WorkflowCore

/// A connection as its event loop keeps it.
protocol ServerConnection: AnyObject {
    /// Since when it has had nothing to do, so that it may be closed to make room; `nil` while it has.
    var idleSince: NIODeadline? { get }

    /// Acts on the deadlines that have passed.
    func sweep(now: NIODeadline)

    /// Closes when idle, else after the requests in progress.
    func drain()

    /// Cancels the requests in progress and closes.
    ///
    /// - Returns: How many requests were cut off.
    func cut() -> Int
}

/// What the connections of one server on one event loop share.
final class ServerLoop: @unchecked Sendable {
    // `@unchecked`: the variables are only touched on `eventLoop`.
    let core: ServerCore
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    /// The time of the last sweep; good enough for deadlines, which are only acted on by sweeps.
    private(set) var now = NIODeadline.now()
    private var connections: [ObjectIdentifier: any ServerConnection] = [:]
    private var sweeping: (task: RepeatedTask, interval: TimeAmount)?
    private var isDraining = false
    /// Whether no connection was idle when one was looked for since the last sweep.
    private var isBusy = false
    private var dateSecond = Int64.min + 60
    private var dateText = ""
    private var dateLine: [UInt8] = []

    init(core: ServerCore, eventLoop: any EventLoop) {
        self.core = core
        self.eventLoop = eventLoop
        self.executor = LoopExecutor(eventLoop)
    }

    /// The bytes of the `date` header field line at `time`.
    func dateLine(at time: Timestamp) -> [UInt8] {
        updateDate(time)
        return dateLine
    }

    /// The value of the `date` header field at `time`.
    func dateText(at time: Timestamp) -> String {
        updateDate(time)
        return dateText
    }

    private func updateDate(_ time: Timestamp) {
        let second = time.seconds
        // A response to an older request takes the later date, unless the clock was set back.
        guard second > dateSecond || second < dateSecond - 60 else { return }
        dateSecond = second
        dateText = HTTPDate.text(seconds: second)
        dateLine = Array("date: \(dateText)\r\n".utf8)
    }

    /// - Parameter interval: How often the deadlines of the connection have to be looked at.
    func add(_ connection: any ServerConnection, sweptEvery interval: TimeAmount) {
        connections[ObjectIdentifier(connection)] = connection
        if isDraining { connection.drain() }
        if let sweeping, sweeping.interval <= interval { return }
        sweeping?.task.cancel()
        let task = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in
            self?.sweep()
        }
        sweeping = (task, interval)
    }

    /// Sets ``now``, which stands still while there is no connection.
    func refreshTime() {
        now = .now()
    }

    func remove(_ connection: any ServerConnection) {
        connections.removeValue(forKey: ObjectIdentifier(connection))
        if connections.isEmpty {
            sweeping?.task.cancel()
            sweeping = nil
        }
    }

    private func sweep() {
        now = .now()
        isBusy = false
        for connection in connections.values { connection.sweep(now: now) }
    }

    /// Closes the connections that have been idle for longest: one, or one of 64 so that few searches are needed.
    ///
    /// - Returns: Whether there was one.
    func closeIdlest() -> Bool {
        guard !isBusy else { return false }
        let idle = connections.values.compactMap { connection in connection.idleSince.map { (connection, $0) } }
        isBusy = idle.isEmpty
        for (connection, _) in idle.sorted(by: { $0.1 < $1.1 }).prefix(max(1, idle.count / 64)) { _ = connection.cut() }
        return !isBusy
    }

    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    func cut() -> Int {
        connections.values.reduce(0) { $0 + $1.cut() }
    }
}
