import WorkflowCore

extension GenerationContext {
    /// The broker called `name`; or, without a name, the only one. Call it when all modules have been created.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` when it is missing, or when there are several and none is named.
    func broker(named name: String) throws -> (name: String, broker: any MessageBroker) {
        let brokers = brokers
        if !name.isEmpty {
            if let broker = brokers.first(where: { $0.name == name }) { return broker }
            let hint = Suggestion.text(for: name, among: brokers.map(\.name), what: "brokers")
            throw WorkflowError(
                .invalidInput, "There is no message broker \"\(name)\"" + (hint.map { "; \($0)" } ?? "") + ".")
        }
        guard let first = brokers.first else {
            throw WorkflowError(
                .invalidInput, "A module that provides a message broker is missing; add a messaging.broker to modules.")
        }
        guard brokers.count == 1 else {
            let names = brokers.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw WorkflowError(
                .invalidInput, "There are several message brokers: \(names); name one with the key broker.")
        }
        return first
    }
}
