import Synchronization
import WorkflowCore

/// The components that no configuration defines, by name.
final class AddedComponents: Sendable {
    /// How many there may be.
    static let limit = 1000
    static let namespace = "components"
    private static let nameLength = 128

    private struct Weak {
        weak var component: AddedComponent?
    }

    private struct State {
        var kept: [String: AddedComponent] = [:]
        /// Everything that is still in use somewhere, also what has been removed: when it is added again, those that hold
        /// it go on with it.
        var known: [String: Weak] = [:]
    }

    private let state = Mutex(State())

    /// The components that are there, by name.
    var all: [AddedComponent] {
        state.withLock { $0.kept.values.sorted { $0.id < $1.id } }
    }

    /// The component of this name; `nil` when there is none.
    subscript(id: String) -> AddedComponent? {
        state.withLock { $0.kept[id] }
    }

    /// The component of this name, or one to be added. Those who ask at the same time get the same.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` when the name cannot be one, `.limitExceeded` when there are too many.
    func component(for id: String, environment: EngineEnvironment) throws -> AddedComponent {
        guard Self.isValid(id) else {
            throw WorkflowError(
                .invalidInput,
                "The id of a component must have 1 to \(Self.nameLength) letters, digits, - _ and ., and begin with a letter or digit."
            )
        }
        return try state.withLock { state in
            if let component = state.kept[id] ?? state.known[id]?.component { return component }
            guard state.kept.count < Self.limit else {
                throw WorkflowError(.limitExceeded, "There are \(Self.limit) added components; remove some first.")
            }
            state.known = state.known.filter { $0.value.component != nil }
            let component = AddedComponent(id: id, environment: environment)
            state.known[id] = Weak(component: component)
            return component
        }
    }

    /// Says that a component is there from now on.
    func keep(_ component: AddedComponent) {
        state.withLock { $0.kept[component.id] = component }
    }

    /// Says that a component is not there any more.
    func remove(_ id: String) {
        _ = state.withLock { $0.kept.removeValue(forKey: id) }
    }

    /// Forgets everything.
    func removeAll() -> [AddedComponent] {
        state.withLock { state in
            defer { state = State() }
            return Array(state.kept.values)
        }
    }

    private static func isValid(_ id: String) -> Bool {
        guard (1...nameLength).contains(id.utf8.count), id.utf8.first.map(isLetterOrDigit) == true else { return false }
        return id.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
