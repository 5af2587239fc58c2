import Synchronization
package import WorkflowCore

/// Asks a server for the messages of one subscription, has them handled in the order of their keys, and answers.
package protocol DeliverySource: AnyObject, Sendable {
    /// What the server wants back for each message.
    associatedtype Receipt: Sendable

    /// The messages that are here.
    var line: DeliveryLine<Receipt> { get }
    /// After which time ``beat()`` is called again and again.
    var beatInterval: Duration { get }

    /// Whether a message is still for this node to handle; asked once, right before that.
    func begin(_ receipt: Receipt) -> Bool
    /// Notes that a message which has failed waits here for its next attempt.
    func rest(_ receipt: Receipt)
    /// Does what else is to be done with a message that becomes a dead letter; it is tried again until it works.
    func willBury(_ message: Message, problem: String) async throws
    /// Whether the server delivers a message without a key again by itself, after a time.
    var retriesElsewhere: Bool { get }
    /// Takes what became of a message, for the server.
    func settle(_ receipt: Receipt, as outcome: DeliveryOutcome)
    /// Takes in more messages, when there is room for them.
    func pull()
    /// Gives a sign of life.
    func beat()
    /// Takes in no more messages.
    func stopReceiving()
    /// Called when nobody subscribes any more, before the end.
    func willEnd()
    /// Gives everything back, after the last message; may be called more than once.
    func release() async
}

/// What a source may leave out.
extension DeliverySource {
    package func rest(_ receipt: Receipt) {}
    package func willBury(_ message: Message, problem: String) async throws {}
    package func release() async {}
}

/// Who gets the messages.
extension DeliverySource {
    /// Puts a subscription into the line; it waits for ``takeOver(_:)``.
    ///
    /// - Returns: `false` when the source has ended, and another one must be made.
    func join(_ subscription: LineSubscription) -> Bool {
        line.state.withLock { state in
            guard !state.isEnded else { return false }
            state.line.insert(subscription, at: 0)
            return true
        }
    }

    /// Lets a subscription have the messages from now on.
    func takeOver(_ subscription: LineSubscription) {
        subscription.set(isActive: true, isClosed: false)
        line.state.withLock { state in
            guard state.line.contains(where: { $0 === subscription }) else { return }
            state.line.removeAll { $0 === subscription }
            state.line.append(subscription)
        }
        start()
        pump()
        pull()
    }

    /// Lets no more messages in for a subscription, unless another one has taken over.
    func close(_ subscription: LineSubscription) {
        subscription.set(isActive: subscription.isActive, isClosed: true)
    }

    /// Takes a subscription out of the line and returns after the messages that it has in hand; the last one ends the
    /// source here.
    func leave(_ subscription: LineSubscription) async {
        let isLast = line.state.withLock { state in
            state.line.removeAll { $0 === subscription }
            return state.line.isEmpty
        }
        if isLast {
            willEnd()
            if DeliveryTask.source == ObjectIdentifier(self) {
                // The handler ends its own subscription: who waits for the handler would wait for itself.
                Task.detached { await self.end(deadline: nil) }
            } else {
                await end(deadline: nil)
            }
        } else if DeliveryTask.source != ObjectIdentifier(self) {
            await finished(subscription)
            pump()
            pull()
        }
    }

    private func finished(_ subscription: LineSubscription) async {
        let id = ObjectIdentifier(subscription)
        await withCheckedContinuation { continuation in
            let isDone = line.state.withLock { state in
                guard state.runningOf[id] != nil else { return true }
                state.waiters.append((id, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Handles what is in hand, gives everything else back to the server, and takes in no more.
    ///
    /// - Parameter deadline: After which time handlers are cancelled; `nil` for never.
    package func end(deadline: Duration?) async {
        let (life, waiting) = line.state.withLock { state in
            state.isEnded = true
            state.deliveries?.finish()
            return (state.life, state.queue.removeAll())
        }
        stopReceiving()
        giveBack(waiting)
        if let life {
            await withDiscardingTaskGroup { group in
                if let deadline {
                    group.addTask {
                        guard await self.line.environment.clock.wait(for: deadline) else { return }
                        life.cancel()
                    }
                }
                await life.value
                group.cancelAll()
            }
        }
        // Those that have waited for their next attempt.
        giveBack(line.state.withLock { $0.queue.removeAll() })
        await release()
    }

    private func giveBack(_ deliveries: [Delivery<Receipt>]) {
        for delivery in deliveries {
            if let letter = delivery.letter { line.letters.release(letter) }
            if let receipt = delivery.receipt { settle(receipt, as: .again(after: .zero)) }
        }
    }
}
