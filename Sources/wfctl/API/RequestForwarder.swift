import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import WorkflowCommandLine
import WorkflowCore

/// Makes the requests of the page, since a browser does not let the page itself reach another origin. It makes them to
/// the servers of the application only.
struct RequestForwarder: Sendable {
    private static let largestBody = 4 << 20
    private static let patience: TimeAmount = .seconds(60)
    /// Lives as long as the process.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }()
    /// What is for a connection, or for the client to say.
    private static let ownHeaders: Set<String> = [
        "host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect",
    ]

    /// The server, such as `http://localhost:8080`.
    let target: String

    /// Answers a request of the page: `{method, path, server?, headers, body?}` becomes
    /// `{status, reason, headers, body}`.
    ///
    /// - Parameters:
    ///   - request: The request of the page.
    ///   - servers: The servers that it may name; without a name it goes to ``target``.
    func answer(_ request: ServerRequest, servers: Set<String>) async throws -> ServerResponse {
        let wanted: JSONValue
        do {
            wanted = try JSONValue(parsing: try await request.body.collect(upTo: Self.largestBody))
        } catch let error as JSONParsingError {
            throw HTTPError(.badRequest, "The request of the page is not JSON: \(error)")
        }
        let server = wanted["server"]?.stringValue ?? target
        guard server == target || servers.contains(server) else {
            throw HTTPError(.badRequest, "\(server) is no server of the application.")
        }
        let outgoing = try outgoing(wanted, to: server)
        let start = ContinuousClock.now
        do {
            let response = try await Self.http.execute(outgoing, timeout: Self.patience)
            let (bytes, note) = try await Self.body(of: response)
            let elapsed = start.duration(to: .now)
            var answer: JSONObject = [
                "status": .integer(Int64(response.status.code)), "reason": .string(response.status.reasonPhrase),
                "milliseconds": .integer(Int64(elapsed / .milliseconds(1))),
                "headers": .array(response.headers.map { [.string($0.name), .string($0.value)] }),
                "body": .string(String(validating: bytes, as: UTF8.self) ?? ""),
            ]
            if let note { answer["note"] = .string(note) }
            return .json(.object(answer))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw HTTPError(.gatewayTimeout, "\(server) did not answer within 60 seconds.")
        } catch let error as HTTPClientError where error == .invalidHeaderFieldNames([]) {
            throw HTTPError(.badRequest, "A header field has a name that is none.")
        } catch {
            throw HTTPError(
                .badGateway, "No server answers at \(server). Start the application, or name another server with --to.",
                details: ["reason": .string("\(error)")])
        }
    }

    private func outgoing(_ wanted: JSONValue, to server: String) throws -> HTTPClientRequest {
        guard let method = wanted["method"]?.stringValue, let path = wanted["path"]?.stringValue, path.hasPrefix("/"),
            !path.hasPrefix("//"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw HTTPError(.badRequest, "The request of the page needs a method and a path that begins with '/'.")
        }
        var outgoing = HTTPClientRequest(url: server + path)
        outgoing.method = HTTPMethod(rawValue: method)
        for pair in wanted["headers"]?.arrayValue ?? [] {
            guard let name = pair.arrayValue?.first?.stringValue, let value = pair.arrayValue?.last?.stringValue,
                let known = HTTPField.Name(name), HTTPField.isValidValue(value)
            else { throw HTTPError(.badRequest, "A header field has a name or a value that is not allowed.") }
            guard !Self.ownHeaders.contains(known.canonicalName) else { continue }
            outgoing.headers.add(name: name, value: value)
        }
        if let body = wanted["body"]?.stringValue { outgoing.body = .bytes(ByteBuffer(string: body)) }
        return outgoing
    }

    /// The beginning of a body, with what there is to say about it.
    private static func body(of response: HTTPClientResponse) async throws -> (bytes: [UInt8], note: String?) {
        var bytes: [UInt8] = []
        for try await part in response.body {
            bytes += part.readableBytesView
            if bytes.count > largestBody { return ([], "The answer is larger than 4 MB and is not shown.") }
            if response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true {
                return (bytes, "The first event of a stream; the page does not wait for more.")
            }
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return ([], "\(bytes.count) bytes that are not text.")
        }
        return (bytes, nil)
    }
}
