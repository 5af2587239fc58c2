import HTTPTypes
import Logging
import WorkflowCore

/// Logs what a request asks for: `level`, `message`, and how often; and every message.
struct LoggingHandler: WorkflowModule, HTTPHandler, MessageHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.log", summary: "Logs.", provides: [.httpHandler, .messageHandler])

    private let logger: Logger

    init(configuration: EmptyConfiguration, context: ModuleContext) {
        logger = context.logger
    }

    func handle(_ message: Message) async throws { logger.info("A message has come") }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let level = request.queryValue("level").flatMap { Logger.Level(rawValue: $0) } ?? .info
        let message = request.queryValue("message") ?? ""
        for number in 0..<(request.queryValue("count").flatMap { Int($0) } ?? 1) {
            var metadata: Logger.Metadata = ["number": "\(number)"]
            if let execution = request.queryValue("execution") { metadata["execution.id"] = "\(execution)" }
            if let key = request.queryValue("key") { metadata[key] = "${secret}" }
            logger.log(level: level, "\(message)", metadata: metadata)
        }
        return ServerResponse(status: .ok)
    }
}

/// An application that logs.
let logging = application("type: test.log")
