import Logging

extension WorkExecution {
    /// Writes an outcome, with what becomes of the item, in one transaction.
    ///
    /// - Throws: ``StoreError`` `.conflict` when the item belongs to somebody else now; what the store throws.
    func apply(_ outcome: Outcome, _ engine: StateMachineEngine) async throws -> Result {
        switch outcome {
        case .success(let transition, let data):
            let (operation, result) = nextHandler()
            let isWanted = try await write(transition, data, with: operation, engine)
            return isWanted ? result : try await finish()
        case .failure(let transition, let data):
            if transition.isEmpty, case .step = target {
                environment.logger.warning(
                    "Processing step failed and names no compensateTransition",
                    metadata: ["step": "\(handlerName)", "instance": "\(item.instanceID)"])
            }
            let operation = StoreTransaction.Operation.finishWork(id: item.id, fencingToken: token())
            return try await write(transition, data, with: operation, engine) ? .done : try await finish()
        case .retry(let message, let policy):
            return try await retryLater(message, policy)
        }
    }

    /// Removes the item.
    func finish() async throws -> Result {
        try await store.commit(StoreTransaction([.finishWork(id: item.id, fencingToken: token())]))
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
            environment.logger.info(
                "Outcome of a processing step is no longer wanted",
                metadata: ["step": "\(handlerName)", "instance": "\(item.instanceID)", "reason": "\(error)"])
            return false
        }
    }

    private func nextHandler() -> (StoreTransaction.Operation, Result) {
        let token = token()
        guard item.cursor + 1 < item.handlers.count else {
            return (.finishWork(id: item.id, fencingToken: token), .done)
        }
        var following = item
        following.cursor += 1
        following.attempts = 0
        following.lastError = nil
        following.fencingToken = token
        renewLease(of: &following, from: environment.clock.now)
        return (.updateWork(following, expectedToken: token), .again(following))
    }

    private func retryLater(_ message: String, _ policy: StepPolicy) async throws -> Result {
        var later = item
        later.attempts += 1
        later.lastError = message
        later.notBefore = environment.clock.now.advanced(
            by: policy.delay(beforeRetry: later.attempts, random: environment.random()))
        later.fencingToken = token()
        renewLease(of: &later, from: later.notBefore)
        try await store.commit(StoreTransaction([.updateWork(later, expectedToken: later.fencingToken)]))
        return .again(later)
    }

    private func renewLease(of item: inout WorkItem, from time: Timestamp) {
        if let leaseDuration { item.leaseUntil = time.advanced(by: leaseDuration) }
    }
}
