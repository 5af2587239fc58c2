import HTTPTypes
import Logging
import WorkflowCore

/// The requests of the management API that concern the log of the server.
struct LogAPI: Sendable {
    private static let largestCount = 10_000

    let application: ManagedApplication
    let streams: EventStreams

    /// `GET /api/workflow/logs?level=&module=&since=&limit=`: the last records, and as server-sent events those that
    /// come.
    func show(_ request: ServerRequest) throws -> ServerResponse {
        guard let logs = application.logs else {
            throw HTTPError(.notImplemented, "This program does not keep the lines of its log.")
        }
        let query = try QueryParameters(request, "level", "module", "since", "limit")
        let filter = try LogFilter(query, now: application.engine.environment.clock.now)
        let count = try query.count("limit", in: 0...Self.largestCount, otherwise: 100)
        guard request.wantsEventStream else { return list(logs, filter, count) }
        let position = try EventPosition(request, session: logs.ring.session, otherwise: count)
        return EventStream(
            ring: logs.ring, streams: streams, clock: application.engine.environment.clock, position: position,
            name: "log", document: { filter.lets($0) ? $0.json : nil }
        ).response
    }

    private func list(_ logs: LogRecords, _ filter: LogFilter, _ count: Int) -> ServerResponse {
        let records = logs.ring.latest(count) { entry -> JSONValue? in
            filter.lets(entry.event) ? .object(entry.event.json) : nil
        }.found
        let oldest = logs.ring.page(after: 0, limit: 1).entries.first?.event.time
        return .json(["records": .array(records), "since": oldest.map { .string($0.description) } ?? .null])
    }
}

/// Which records a reader wants.
struct LogFilter: Sendable {
    private let level: Logger.Level
    private let module: String?
    private let since: Timestamp?

    /// Reads the parameters `level`, `module` and `since`.
    ///
    /// - Throws: ``HTTPError`` 400.
    init(_ query: QueryParameters, now: Timestamp) throws {
        let word = try query.word("level", among: Logger.Level.allCases.map(\.rawValue))
        level = word.flatMap { Logger.Level(rawValue: $0) } ?? .trace
        module = query["module"]
        since = try query.time("since", now: now)
    }

    func lets(_ record: LogRecord) -> Bool {
        guard record.level >= level, module == nil || record.module == module else { return false }
        return since.map { record.time >= $0 } ?? true
    }
}
