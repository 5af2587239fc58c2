import NIOCore
import NIOHTTP1

/// What the generator does.
struct LoadOptions: Sendable {
    /// Where the server listens.
    let address: SocketAddress
    /// The paths that are asked for, in turn.
    let paths: [String]
    /// Further header fields of all requests, streams and sockets.
    let headers: HTTPHeaders
    /// Requests a second, spread evenly over all connections.
    let rate: Int
    /// Connections that stay open.
    let keepAlive: Int
    /// Slots that make a new connection for each request.
    let shortLived: Int
    /// Server-sent-event streams, over these paths in turn.
    let streams: Int
    let streamPaths: [String]
    /// How long a stream may be without an event, in seconds; 0 for any time.
    let streamSilence: Int
    /// WebSockets that send a text every second, and their path.
    let sockets: Int
    let socketPath: String
    /// Seconds of load before the measurement, and of the measurement at most.
    let warmUp: Int
    let seconds: Int
    /// How long an answer, a connection or an echo may take.
    let timeout: TimeAmount
    /// Answers with this in their body count as failed.
    let badBody: String?

    init(_ arguments: Arguments) throws {
        address = try SocketAddress(ipAddress: "127.0.0.1", port: try arguments.integer("port"))
        paths = arguments.all("path")
        rate = try arguments.integer("rate", default: 2000)
        keepAlive = try arguments.integer("keep-alive", default: 64)
        shortLived = try arguments.integer("short-lived", default: 64)
        streams = try arguments.integer("streams", default: 0)
        streamPaths = arguments.all("stream-path")
        streamSilence = try arguments.integer("stream-silence", default: 0)
        sockets = try arguments.integer("sockets", default: 0)
        socketPath = arguments.all("socket-path").last ?? "/"
        warmUp = try arguments.integer("warm-up", default: 2)
        seconds = try arguments.integer("seconds", default: 10)
        timeout = .seconds(Int64(try arguments.integer("timeout", default: 5)))
        badBody = arguments.all("bad-body").last
        var headers = HTTPHeaders([("Host", "127.0.0.1:\(try arguments.integer("port"))")])
        for field in arguments.all("header") {
            guard let colon = field.firstIndex(of: ":") else { throw ArgumentError("--header is no field: \(field)") }
            let value = field[field.index(after: colon)...].drop { $0 == " " }
            headers.add(name: String(field[..<colon]), value: String(value))
        }
        self.headers = headers
        if rate > 0, keepAlive + shortLived == 0 { throw ArgumentError("there is no connection for the requests") }
        if rate > 0, paths.isEmpty { throw ArgumentError("--path is missing") }
        if streams > 0, streamPaths.isEmpty { throw ArgumentError("--stream-path is missing") }
    }
}
