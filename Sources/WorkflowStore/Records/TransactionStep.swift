import WorkflowCore

/// What the outcome of a statement of a transaction must be.
struct TransactionStep: Sendable {
    /// What the outcome of a statement must be.
    enum Expectation: Sendable {
        /// Anything.
        case any
        /// One row is added; a uniqueness violation is the conflict described.
        case insert(conflict: StaticString)
        /// Exactly one row changes, otherwise it is the conflict described; so is a uniqueness violation.
        case change(conflict: StaticString)
        /// One row with sequence and version comes back, otherwise it is the conflict described.
        case position(conflict: StaticString)
    }

    let expectation: Expectation
    /// The index of the operation in the transaction.
    let operation: Int

    /// Judges what became of the statement.
    ///
    /// - Returns: The position of a resource, for ``Expectation/position(conflict:)``.
    /// - Throws: ``StoreError``.
    func position(after outcome: SQLStepOutcome) throws -> ResourcePosition? {
        switch outcome {
        case .done(let changes, let row):
            switch expectation {
            case .any, .insert: return nil
            case .change(let conflict):
                guard changes == 1 else { throw refuse(conflict) }
                return nil
            case .position(let conflict):
                guard let row else { throw refuse(conflict) }
                return ResourcePosition(operation: operation, sequence: row.integer(0), version: row.integer(1))
            }
        case .failed(let error):
            guard error.kind == .uniqueViolation else { throw StoreError(error, operation: operation) }
            switch expectation {
            case .insert(let conflict), .change(let conflict), .position(let conflict): throw refuse(conflict)
            case .any: throw StoreError(error, operation: operation)
            }
        }
    }

    /// Whether the statement returns a row.
    var returnsRow: Bool { if case .position = expectation { true } else { false } }

    private func refuse(_ conflict: StaticString) -> StoreError {
        StoreError(.conflict, conflict.description, operation: operation)
    }
}

/// The sequence and version that the database gave to a resource.
struct ResourcePosition: Sendable {
    let operation: Int
    let sequence: Int64
    let version: Int64
}
