package import WorkflowCore

extension StoreError {
    /// Creates the store's error for an error of the database.
    package init(_ error: SQLError, operation: Int? = nil) {
        let code: Code =
            switch error.kind {
            case .uniqueViolation: .conflict
            case .full: .storageFull
            case .unavailable, .invalidStatement: .unavailable
            case .corrupted: .corrupted
            }
        self.init(code, error.message, operation: operation)
    }

    /// The store's error for an error of the database; other errors stay as they are.
    package static func translating(_ error: any Error) -> any Error {
        if let error = error as? SQLError { StoreError(error) } else { error }
    }
}

extension WorkflowError {
    /// Creates the error that a module which runs statements gets for an error of the database.
    package init(_ error: SQLError) {
        let code: Code =
            switch error.kind {
            case .uniqueViolation: .conflict
            case .full: .storageFull
            case .invalidStatement: .invalidInput
            case .unavailable, .corrupted: .unavailable
            }
        self.init(code, error.message)
    }
}
