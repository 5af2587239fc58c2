import Logging

extension WorkExecution {
    /// Writes an outcome, with what becomes of the item, in one transaction.
    ///
    /// - Throws: ``StoreError`` `.conflict` when the item belongs to somebody else now; what the store throws.
    func apply(_ outcome: Outcome, _ engine: StateMachineEngine) async throws -> Result {
        switch outcome {
        case .success(let transition, let data):
            let (operation, result) = nextHandler()
            if try await write(transition, data, with: operation, engine) { return result }
            return try await keep(data, with: operation, engine) ? result : try await finish()
        case .failure(let transition, let data):
            if transition.isEmpty, case .step = target {
                environment.logger.warning(
                    "Processing step failed and names no compensateTransition",
                    metadata: ["step": "\(handlerName)", "instance": "\(item.instanceID)"])
            }
            let operation = StoreTransaction.Operation.finishWork(id: item.id, fencingToken: item.fencingToken)
            return try await write(transition, data, with: operation, engine) ? .done : try await finish()
        case .retry(let message, let policy):
            let delay = policy.delay(beforeRetry: item.attempts + 1, random: environment.random())
            return try await runLater(after: delay, attempts: item.attempts + 1, message)
        case .postpone(let message, let policy, let delay):
            let usual = policy.delay(beforeRetry: max(1, item.attempts), random: environment.random())
            return try await runLater(after: max(usual, delay), attempts: item.attempts, message)
        }
    }

    /// Removes the item.
    func finish() async throws -> Result {
        try await store.commit(StoreTransaction([.finishWork(id: item.id, fencingToken: item.fencingToken)]))
        return .done
    }

    /// - Returns: `false` when the instance has moved on meanwhile, so that nothing was written.
    private func write(
        _ transition: String, _ data: JSONObject, with operation: StoreTransaction.Operation,
        _ engine: StateMachineEngine
    ) async throws -> Bool {
        do {
            if !transition.isEmpty {
                _ = try await engine.fire(transition, on: item.instanceID, data: data, with: [operation])
            } else if !data.isEmpty {
                _ = try await engine.merge(data, into: item.instanceID, with: [operation])
            } else {
                try await store.commit(StoreTransaction([operation]))
            }
            return true
        } catch let error as WorkflowError {
            environment.logger.warning(
                "The transition for the outcome of a processing step was refused",
                metadata: [
                    "step": "\(handlerName)", "instance": "\(item.instanceID)", "transition": "\(transition)",
                    "reason": "\(error)",
                ])
            return false
        }
    }

    /// Keeps what a step has done, such as the number of a payment, although it has moved on.
    ///
    /// - Returns: `false` when the instance is gone.
    private func keep(
        _ data: JSONObject, with operation: StoreTransaction.Operation, _ engine: StateMachineEngine
    ) async throws -> Bool {
        do {
            _ = try await engine.merge(data, into: item.instanceID, with: [operation])
            return true
        } catch is WorkflowError {
            return false
        }
    }

    private func nextHandler() -> (StoreTransaction.Operation, Result) {
        guard item.cursor + 1 < item.handlers.count else {
            return (.finishWork(id: item.id, fencingToken: item.fencingToken), .done)
        }
        var following = item
        following.cursor += 1
        following.attempts = 0
        following.lastError = nil
        following.fencingToken &+= 1
        return (.updateWork(following, expectedToken: item.fencingToken), .again(following))
    }

    private func runLater(after delay: Duration, attempts: Int, _ message: String) async throws -> Result {
        var later = item
        later.attempts = attempts
        later.lastError = message
        later.notBefore = environment.clock.now.advanced(by: delay)
        later.fencingToken &+= 1
        try await store.commit(StoreTransaction([.updateWork(later, expectedToken: item.fencingToken)]))
        return .again(later)
    }
}
