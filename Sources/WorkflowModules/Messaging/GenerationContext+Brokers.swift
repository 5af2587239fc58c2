import WorkflowCore

extension GenerationContext {
    /// Lets triggers publish by the workflow `messaging` when there is no section of that name. Call it when all modules
    /// have been created.
    package func offerMessaging() throws {
        guard invoker.handler("messaging") == nil else { return }
        try invoker.add(MessagingCallHandler(broker: "", generation: self), name: "messaging")
    }

    /// The broker called `name`; or, without a name, the only one. Call it when all modules have been created.
    ///
    /// - Throws: ``AbsentCounterpartError`` when it is missing; ``WorkflowError`` `.invalidInput` when there are several
    ///   and none is named.
    func broker(named name: String) throws -> (name: String, broker: any MessageBroker) {
        let brokers = brokers
        if !name.isEmpty {
            if let broker = brokers.first(where: { $0.name == name }) { return broker }
            let hint = Suggestion.text(for: name, among: brokers.map(\.name), what: "brokers")
            throw AbsentCounterpartError(
                .module(name: name, kind: .messageBroker),
                Suggestion.sentence("there is no message broker \"\(name)\"", hint))
        }
        guard let first = brokers.first else {
            throw AbsentCounterpartError(
                .module(name: "", kind: .messageBroker),
                "a module that provides a message broker is missing; add a messaging.broker to modules")
        }
        guard brokers.count == 1 else {
            let names = brokers.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw WorkflowError(
                .invalidInput, "There are several message brokers: \(names); name one with the key broker.")
        }
        return first
    }
}
