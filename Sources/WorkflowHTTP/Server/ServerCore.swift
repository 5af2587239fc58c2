import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Synchronization
import WorkflowCore

/// What all connections of a server share.
final class ServerCore: Sendable {
    /// Bodies with a known length up to this are read before the handler is called.
    static let gatherLimit = 64 * 1024
    /// How much of a body that the handler did not read is skipped to keep the connection.
    static let discardLimit = 256 * 1024
    /// How long a connection is kept open after a refusal, and how much is taken and dropped meanwhile.
    ///
    /// Most clients only look for the answer after they have sent everything.
    static let lingerTime = TimeAmount.seconds(1)
    static let lingerLimit = 16 << 20
    /// How long a connection may take for its first request when the server stops; it was accepted, so it is answered.
    static let firstRequestTime = TimeAmount.seconds(1)
    /// How much of a response a client has to take within the write timeout, unless it takes all that is there.
    static let leastProgress = 64 * 1024

    let observer: (any HTTPServerObserver)?
    let logger: Logger
    let threadPool: NIOThreadPool
    /// How many connections may be open: as many as configured, or as the system allows.
    let connectionLimit: Atomic<Int>
    let networkCounts = NetworkCounts()
    let openConnections = Atomic<Int>(0)
    let requestsInFlight = Atomic<Int>(0)
    /// Resumed when the last connection is closed.
    let emptied = Mutex<CheckedContinuation<Bool, Never>?>(nil)
    private let currentResponder: Mutex<any HTTPHandler>
    private let currentSettings: Mutex<ConnectionSettings>

    init(
        settings: ConnectionSettings, responder: any HTTPHandler, observer: (any HTTPServerObserver)?, logger: Logger,
        threadPool: NIOThreadPool
    ) {
        self.observer = observer
        self.logger = logger
        self.threadPool = threadPool
        self.connectionLimit = Atomic(settings.configuration.maxConnections)
        self.currentResponder = Mutex(responder)
        self.currentSettings = Mutex(settings)
    }

    var responder: any HTTPHandler { currentResponder.withLock { $0 } }

    func exchangeResponder(_ responder: any HTTPHandler) -> any HTTPHandler {
        currentResponder.withLock { current in
            let previous = current
            current = responder
            return previous
        }
    }

    /// What connections get that are accepted now.
    var settings: ConnectionSettings {
        get { currentSettings.withLock { $0 } }
        set { currentSettings.withLock { $0 = newValue } }
    }

    /// The answer for an error that a handler threw.
    func response(for error: any Error, record: RequestRecord?) -> ServerResponse {
        switch error {
        case let error as HTTPError:
            return error.response
        case is CancellationError:
            return HTTPError(.serviceUnavailable, "The request was cancelled.").response
        default:
            log(error, "request failed", record: record)
            return HTTPError(.internalServerError, "The server failed to answer this request.").response
        }
    }

    func log(_ error: any Error, _ message: Logger.Message, record: RequestRecord?) {
        logger.error(
            message,
            metadata: [
                "request.id": "\(record?.requestID ?? "-")",
                "http.route": "\(record?.routePattern ?? "")",
                "error": "\(error)",
            ])
    }
}
