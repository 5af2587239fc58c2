import HTTPTypes
import NIOCore
import WorkflowCore

extension HTTP1Connection {
    func sweep(now: NIODeadline) {
        if hasStalled(now) {
            isClosed(.clientGone)
            context?.close(promise: nil)
            return
        }
        if let deadline = current?.handlerDeadline, now >= deadline, let exchange = current { timeOut(exchange) }
        switch inbound {
        case .head:
            guard current == nil else { return }
            if let deadline = receiveDeadline {
                if now >= deadline { refuseAsTooSlow() }
            } else if now >= restDeadline {
                context?.close(promise: nil)
            }
        case .gathering:
            if let deadline = receiveDeadline, now >= deadline { refuseAsTooSlow() }
        case .streaming(let body):
            // While reads are held or the client waits for `100 Continue` the delay is ours.
            guard !isReadHeld, !awaitsContinue, let deadline = receiveDeadline else { return }
            // One second more for each 16 KiB, so that a large upload over a slow line passes.
            guard now >= deadline + .seconds(Int64(body.received / 16_384)) else { return }
            current?.keepAlive = false
            inbound = .closing(0)
            body.fail(HTTPError(.requestTimeout, "The request body arrived too slowly."))
        case .discarding:
            if let deadline = receiveDeadline, now >= deadline { context?.close(promise: nil) }
        case .complete, .upgraded: break
        case .closing:
            if let lingerDeadline, now >= lingerDeadline { context?.close(promise: nil) }
        }
    }

    /// Until when the connection may stay open without a request.
    private var restDeadline: NIODeadline {
        guard requestCount == 0 else { return lastUse + settings.idleTimeout }
        return min(lastUse + settings.readTimeout, firstRequestDeadline ?? .distantFuture)
    }

    private func refuseAsTooSlow() {
        refuse(
            RequestRefusal(.requestTimeout, "The request did not arrive within \(settings.configuration.readTimeout)."))
    }

    private func hasStalled(_ now: NIODeadline) -> Bool {
        sendProgress.isStalled(
            written: writtenBytes, unsent: unsentBytes, least: ServerCore.leastProgress, timeout: settings.writeTimeout,
            now: now)
    }

    private func timeOut(_ exchange: Exchange) {
        exchange.task?.cancel()
        guard exchange.status == nil else {
            isClosed(.handlerTimeout)
            context?.close(promise: nil)
            return
        }
        current?.keepAlive = false
        let answer = HTTPError(.serviceUnavailable, "The handler did not answer in time.").response
        if case .bytes(let body) = answer.body {
            send(answer, body: body, declaredLength: nil, exchange: exchange.id, ending: .handlerTimeout)
        }
    }
}
