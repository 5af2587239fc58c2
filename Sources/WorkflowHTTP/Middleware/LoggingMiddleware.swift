import HTTPTypes
import Logging
public import WorkflowCore

/// `http.middleware.logging`: writes one line for each request.
public struct LoggingMiddleware: WorkflowModule, HTTPPreflightMiddleware {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The level of the lines.
        public var logLevel = "info"

        /// What ``logLevel`` may be.
        static let levels: [String: Logger.Level] = [
            "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warning": .warning, "warn": .warning,
            "error": .error, "critical": .critical,
        ]

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "logLevel", \.logLevel,
                "The level of the lines: trace, debug, info, notice, warning, error or critical.",
                aliases: ["log_level", "level"],
                check: { level in
                    levels[level.lowercased()] == nil
                        ? "must be one of \(levels.keys.sorted().joined(separator: ", ")), is \"\(level)\"" : nil
                })
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.logging", summary: "Writes one line to the log for each request.",
        details: """
            The line has the method, the path without its query, the status, the duration in milliseconds, the request \
            id, the size of the response body where it is known, and the address of the peer. Queries and header fields \
            are left out, since they may hold secrets.

            Put it first in the list, so that it sees what the other middlewares answer.
            """,
        provides: [.httpMiddleware],
        examples: [
            .init(
                "Log the requests of a route",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: access-log
                        type: http.middleware.logging
                        config: {logLevel: info}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello, middlewares: [access-log]}
                    """)
        ])

    private let level: Logger.Level
    private let logger: Logger

    public init(configuration: Configuration, context: ModuleContext) throws {
        level = Configuration.levels[configuration.logLevel.lowercased()] ?? .info
        logger = context.logger
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        guard logger.logLevel <= level else { return try await next.handle(request) }
        let start = ContinuousClock.now
        do {
            let response = try await next.handle(request)
            log(request, status: response.status.code, bytes: response.body.knownLength, since: start)
            return response
        } catch {
            log(request, status: (error as? HTTPError)?.status.code ?? 500, bytes: nil, since: start)
            throw error
        }
    }

    private func log(
        _ request: ServerRequest, status: Int, bytes: Int64?, since start: ContinuousClock.Instant
    ) {
        var metadata: Logger.Metadata = [
            "http.method": "\(request.method.rawValue)", "http.path": "\(request.path)", "http.status": "\(status)",
            "http.duration_ms": "\(Self.milliseconds(ContinuousClock.now - start))",
            "client.address": "\(request.remoteAddress)",
        ]
        if let id = request.record?.requestID ?? request.id { metadata["request.id"] = "\(id)" }
        if let bytes { metadata["http.response_bytes"] = "\(bytes)" }
        logger.log(level: level, "request", metadata: metadata)
    }

    /// Milliseconds with three decimal places.
    static func milliseconds(_ duration: Duration) -> String {
        let microseconds = max(0, duration.wholeNanoseconds / 1000)
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}

extension ResponseBody {
    /// The number of bytes, when it is known before they are sent.
    var knownLength: Int64? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, _, let length): length
        case .stream(let length, _): length
        }
    }
}
