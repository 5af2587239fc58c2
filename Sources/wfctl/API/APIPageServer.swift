import Foundation
import HTTPTypes
import Logging
import Synchronization
import WorkflowCommandLine
import WorkflowCore
import WorkflowHTTP

/// Serves the page that shows an API and tries it, to this machine only.
struct APIPageServer {
    private let server: HTTPServer
    private let port: Int

    /// Creates a server; nothing happens before ``start()``.
    ///
    /// - Parameters:
    ///   - port: Where to listen on the loopback interface; 0 lets the system choose.
    ///   - target: Where the requests of the page go, such as `http://localhost:8080`.
    ///   - document: Makes the OpenAPI document anew.
    init(port: UInt16, target: String, document: @escaping @Sendable () async throws -> JSONValue) {
        var settings = HTTPServerConfiguration(address: ListenAddress(host: "127.0.0.1", port: port))
        settings.maxBodyBytes = 8 << 20
        settings.maxConnections = 64
        self.port = Int(port)
        let responder = APIPageResponder(
            token: UUID().uuidString + UUID().uuidString, target: target, document: document)
        server = HTTPServer(configuration: settings, responder: responder, logger: Logger(label: "api"))
    }

    /// Begins to serve.
    ///
    /// - Returns: The address of the page.
    /// - Throws: ``CommandFailure`` when the port cannot be used.
    func start() async throws -> String {
        do {
            try await server.start()
        } catch let error as WorkflowError {
            throw CommandFailure(
                .unavailable, "The page cannot be served on port \(port): \(error.message)",
                hint: "choose another one: --serve 0 lets the system choose")
        }
        return "http://127.0.0.1:\(server.port ?? port)/"
    }

    /// Serves until the task is cancelled.
    func run() async {
        let (endless, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in endless {}
        continuation.finish()
        await server.stop(deadline: .seconds(1))
    }
}

/// Answers the page: its files, the document, and the requests that it wants to have made.
final class APIPageResponder: HTTPHandler {
    private static let hosts: Set<String> = ["localhost", "127.0.0.1"]

    private let token: String
    private let target: String
    private let document: @Sendable () async throws -> JSONValue
    private let forwarder: RequestForwarder
    /// The servers that stand in the document as the page has it.
    private let servers = Mutex<Set<String>>([])

    init(token: String, target: String, document: @escaping @Sendable () async throws -> JSONValue) {
        self.token = token
        self.target = target
        self.document = document
        forwarder = RequestForwarder(target: target)
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        // A page elsewhere could give its own name this address (DNS rebinding).
        let host = (request.authority ?? "").lowercased().prefix { $0 != ":" }
        guard Self.hosts.contains(String(host)) else {
            throw HTTPError(.forbidden, "This host is not known here; use 127.0.0.1.")
        }
        var response = try await answer(request)
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = APIPage.policy
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { response.headers[name] = "same-origin" }
        return response
    }

    private func answer(_ request: ServerRequest) async throws -> ServerResponse {
        switch (request.method, request.path) {
        case (.get, "/openapi.json"): return try await description()
        case (.post, "/send"):
            guard let name = HTTPField.Name("X-Request-Token"), request.headers[name] == token else {
                throw HTTPError(.forbidden, "Only the page of this server may make requests; load it again.")
            }
            return try await forwarder.answer(request, servers: servers.withLock { $0 })
        case (.get, let path), (.head, let path):
            guard let file = APIPage.file(path, token: token, target: target) else {
                throw HTTPError(.notFound, "There is nothing at \(path).")
            }
            return ServerResponse(headers: [.contentType: file.type], body: .bytes(Array(file.text.utf8)))
        default:
            throw HTTPError(.methodNotAllowed, "\(request.path) does not answer \(request.method.rawValue).")
        }
    }

    private func description() async throws -> ServerResponse {
        do {
            let document = try await document()
            let found = Self.servers(of: document)
            servers.withLock { $0 = found }
            return .json(document)
        } catch let error as ConfigurationError {
            throw HTTPError(.unprocessableContent, error.description)
        }
    }

    /// The servers that paths and operations name.
    private static func servers(of document: JSONValue) -> Set<String> {
        let items = document["paths"]?.objectValue?.map(\.value) ?? []
        let places = items + items.flatMap { $0.objectValue?.map(\.value) ?? [] }
        return Set(places.flatMap { $0["servers"]?.arrayValue ?? [] }.compactMap { $0["url"]?.stringValue })
    }
}
