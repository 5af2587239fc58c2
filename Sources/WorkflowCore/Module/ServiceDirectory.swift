/// The modules of a generation by name, with what they provide.
public struct ServiceDirectory: Sendable {
    private struct Entry: Sendable {
        let name: String
        let type: String
        let service: any Sendable
    }

    private var entries: [Entry] = []

    /// Creates an empty directory.
    public init() {}

    /// Adds what a module provides.
    public mutating func add(_ service: any Sendable, name: String, type: String) {
        entries.append(Entry(name: name, type: type, service: service))
    }

    /// All services of a Swift type with the names of their modules, in the order of creation.
    public func all<Service>(_ type: Service.Type) -> [(name: String, service: Service)] {
        entries.compactMap { entry in (entry.service as? Service).map { (entry.name, $0) } }
    }

    /// The service of a Swift type that the module called `name` provides, or `nil`.
    public func find<Service>(_ type: Service.Type, named name: String) -> Service? {
        for entry in entries where entry.name == name {
            if let service = entry.service as? Service { return service }
        }
        return nil
    }

    /// The service called `name`; or, without a name, the only service of its kind.
    ///
    /// - Parameters:
    ///   - type: The Swift type of the service.
    ///   - kind: What it is, for error messages.
    ///   - name: The module's name; empty for any.
    /// - Throws: ``AbsentCounterpartError`` when it is missing; ``WorkflowError`` `.invalidInput` when there are several
    ///   and none is named.
    public func require<Service>(_ type: Service.Type, kind: ServiceKind, named name: String = "") throws -> Service {
        if !name.isEmpty {
            if let service = find(type, named: name) { return service }
            let hint = Suggestion.text(for: name, among: all(type).map(\.name), what: "modules of this kind")
            throw AbsentCounterpartError(
                .module(name: name, kind: kind), Suggestion.sentence("there is no \(kind) called \"\(name)\"", hint))
        }
        let found = all(type)
        guard let first = found.first else {
            throw AbsentCounterpartError(
                .module(name: "", kind: kind),
                "a module that provides \(kind.withArticle) is missing; add one to modules")
        }
        guard found.count == 1 else {
            let names = found.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw WorkflowError(.invalidInput, "There are several modules that provide a \(kind): \(names); name one.")
        }
        return first.service
    }
}
