import HTTPTypes
import NIOCore
import Synchronization
import WorkflowCore

/// One request and its response while they are in progress. Lives on the event loop of its connection.
struct Exchange {
    let id: UInt64
    let method: HTTPRequest.Method
    let isHTTP10: Bool
    let record: RequestRecord
    let path: String
    let receivedAt: Timestamp
    let startedAt: NIODeadline
    var handlerDeadline: NIODeadline?
    let body: StreamedRequestBody?
    var keepAlive: Bool
    var task: Task<Void, Never>?
    /// The upgrade that the client asks for.
    var upgrade: ConnectionUpgrade?
    var status: HTTPResponse.Status?
    /// Whether the response lasts as long as somebody listens: an event stream, or an upgraded connection.
    var isSubscription = false
    var responseBytes = 0
    /// A body with a fixed size that the handler got at once.
    let gatheredBytes: Int

    init(
        id: UInt64, head: borrowing RequestHead, request: borrowing ServerRequest, record: RequestRecord,
        body: StreamedRequestBody?, gatheredBytes: Int, handlerTimeout: TimeAmount?, loop: ServerLoop
    ) {
        self.id = id
        self.method = head.method
        self.isHTTP10 = head.isHTTP10
        self.record = record
        self.path = request.path
        self.receivedAt = request.receivedAt
        self.startedAt = loop.core.observer == nil ? loop.now : .now()
        self.handlerDeadline = handlerTimeout.map { loop.now + $0 }
        self.body = body
        self.keepAlive = head.keepAlive
        self.gatheredBytes = gatheredBytes
    }

    /// Notes what is sent.
    mutating func answer(with response: borrowing ServerResponse) {
        status = response.status
        // Only a streamed body can last, which spares the others the look at their headers.
        guard case .stream = response.body else { return }
        let type = response.headers.value(of: .contentType) ?? ""
        isSubscription =
            response.status == .switchingProtocols || type.lowercased().hasPrefix("text/event-stream")
    }

    /// Tells the counters and the observer that the exchange begins.
    func begin(_ request: borrowing ServerRequest, core: ServerCore) {
        core.requestsInFlight.add(1, ordering: .relaxed)
        core.observer?.requestStarted(request)
    }

    /// Tells the counters and the observer that the exchange is over.
    func end(_ ending: HTTPRequestOutcome.Ending, remoteAddress: String, protocolName: String, core: ServerCore) {
        core.requestsInFlight.subtract(1, ordering: .relaxed)
        guard let observer = core.observer else { return }
        observer.requestFinished(
            HTTPRequestOutcome(
                method: method, path: path, routePattern: record.routePattern, status: status,
                duration: .nanoseconds((NIODeadline.now() - startedAt).nanoseconds),
                requestBytes: body?.received ?? gatheredBytes, responseBytes: responseBytes,
                remoteAddress: remoteAddress, protocolName: protocolName, requestID: record.requestID,
                principalID: record.principalID, ending: ending, isSubscription: isSubscription))
    }
}
