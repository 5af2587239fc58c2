import HTTPTypes
import NIOCore
import NIOHTTP2
import WorkflowCore

extension HTTP2Stream {
    func sweep(now: NIODeadline) {
        if let exchange = current, let deadline = exchange.handlerDeadline, now >= deadline { timeOut(exchange) }
        if hasStalled(now) {
            isClosed(.clientGone)
            reset(.cancel)
            return
        }
        guard !isReadHeld, let deadline = receiveDeadline else { return }
        switch inbound {
        case .head, .gathering:
            guard now >= deadline else { return }
            refuse(
                RequestRefusal(
                    .requestTimeout, "The request did not arrive within \(settings.configuration.readTimeout)."))
        case .streaming(let body):
            guard now >= deadline + .seconds(Int64(body.received / 16_384)) else { return }
            inbound = .discarding(ServerCore.discardLimit)
            body.fail(HTTPError(.requestTimeout, "The request body arrived too slowly."))
        case .discarding:
            // The client need not send what nobody reads (RFC 9113, section 8.1).
            if current == nil, now >= deadline { reset(.noError) }
        case .complete: break
        }
    }

    private func hasStalled(_ now: NIODeadline) -> Bool {
        sendProgress.isStalled(
            written: writtenBytes, unsent: writtenBytes - sentBytes, least: 1, timeout: settings.writeTimeout, now: now)
    }

    private func timeOut(_ exchange: Exchange) {
        guard exchange.status == nil else {
            isClosed(.handlerTimeout)
            return reset(.cancel)
        }
        current = nil
        exchange.task?.cancel()
        var ended = exchange
        let response = HTTPError(.serviceUnavailable, "The handler did not answer in time.").response
        ended.status = response.status
        writeWhole(response, declaredLength: nil)
        end(ended, .handlerTimeout)
    }
}
