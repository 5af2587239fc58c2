import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Names for errors, few enough to be counted.
enum FailureKind {
    /// The kind of an error of a connection.
    static func name(of error: any Error) -> String {
        switch error {
        case let error as IOError: name(of: error.errnoCode)
        case let error as NIOConnectionError: error.connectionErrors.first.map { name(of: $0.error) } ?? "not connected"
        case ChannelError.connectTimeout: "connect timed out"
        case HTTPParserError.invalidEOFState: "connection closed"
        case is HTTPParserError: "malformed answer"
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof: "connection closed"
        default: "\(type(of: error)): \(error)"
        }
    }

    private static func name(of code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET: "connection reset"
        case EPIPE: "connection closed"
        case EADDRNOTAVAIL: "no local port left"
        case ETIMEDOUT: "connect timed out"
        default: String(cString: strerror(code))
        }
    }
}
