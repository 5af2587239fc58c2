import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import WorkflowCommandLine
import WorkflowCore

/// Makes requests to the management API of a server.
struct ManagementClient: Sendable {
    private static let largestAnswer = 64 << 20
    /// Tells at once when there is no server, and sends a token nowhere else. It lives as long as the process.
    private static let http = client(silence: nil)
    /// For answers that go on: only silence ends them.
    static let streaming = client(silence: .seconds(45))

    private static func client(silence: TimeAmount?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = silence
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }

    let url: String
    let token: String?
    /// The command that starts what should answer.
    var start = "wfserver run"

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path, with its query.
    ///   - body: The body.
    ///   - headers: Further headers.
    ///   - seconds: How long the answer may take.
    /// - Throws: ``CommandFailure`` when there is no answer.
    func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [(String, String)] = [], seconds: Int = 30
    ) async throws -> ManagementAnswer {
        var request = request(method, path, headers)
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return try await reporting(seconds: seconds) {
            try await answer(try await Self.http.execute(request, timeout: .seconds(Int64(seconds))))
        }
    }

    /// A request without a body.
    func request(_ method: String, _ path: String, _ headers: [(String, String)]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "user-agent", value: "wfctl/\(ProgramVersion.current)")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return request
    }

    /// A whole answer.
    func answer(_ response: HTTPClientResponse) async throws -> ManagementAnswer {
        let buffer = try await response.body.collect(upTo: Self.largestAnswer)
        return ManagementAnswer(
            status: Int(response.status.code), etag: response.headers.first(name: "etag"),
            bytes: Array(buffer.readableBytesView), url: url, hadToken: token != nil)
    }

    /// Turns errors of connections into failures of the command.
    ///
    /// - Throws: ``CommandFailure``; `CancellationError`.
    func reporting<Result>(seconds: Int, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw CommandFailure(
                .timeout, "\(url) did not answer within \(IssueReport.count(seconds, "second")).",
                hint: "look at the log of the server")
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(
                .unavailable, "No server answers at \(url): \(Self.reason(of: error)).",
                hint: "start one with `\(start)`, or name another with --server or `wfctl context use`")
        }
    }

    /// The answer to `GET`, as JSON.
    func get(_ path: String) async throws -> JSONValue {
        try await send("GET", path).expectSuccess()
    }

    /// A part of a path.
    static func encoded(_ part: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        return part.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }

    private static func reason(of error: any Error) -> String {
        if let error = error as? NIOConnectionError {
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "there is no host of this name"
            }
            if let first = error.connectionErrors.first { return reason(of: first.error) }
        }
        if let error = error as? IOError {
            switch error.errnoCode {
            case 111, 61: return "the connection was refused"
            case 113, 65: return "there is no way to the host"
            default: return "\(error)"
            }
        }
        if let error = error as? HTTPClientError {
            switch error {
            case .connectTimeout: return "the connection was not made in time"
            case .remoteConnectionClosed: return "it closed the connection"
            default: return error.shortDescription
            }
        }
        return "\(error)"
    }
}
