import WorkflowCore

/// One statement of a transaction with what its outcome must be.
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

    let statement: SQLStatement
    let arguments: [SQLValue]
    let expectation: Expectation
    /// The index of the operation in the transaction.
    let operation: Int

    /// Runs the statement.
    ///
    /// - Returns: The position of a resource, for ``Expectation/position(conflict:)``.
    func run(on connection: any SQLConnection) throws -> ResourcePosition? {
        do {
            switch expectation {
            case .any, .insert:
                try connection.execute(statement, arguments)
            case .change(let conflict):
                guard try connection.execute(statement, arguments) == 1 else { throw refuse(conflict) }
            case .position(let conflict):
                var position: ResourcePosition?
                try connection.query(statement, arguments) { row in
                    position = ResourcePosition(operation: operation, sequence: row.integer(0), version: row.integer(1))
                }
                guard let position else { throw refuse(conflict) }
                return position
            }
            return nil
        } catch let error as SQLError where error.kind == .uniqueViolation {
            switch expectation {
            case .insert(let conflict), .change(let conflict), .position(let conflict): throw refuse(conflict)
            case .any: throw StoreError(error, operation: operation)
            }
        } catch let error as SQLError {
            throw StoreError(error, operation: operation)
        }
    }

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
