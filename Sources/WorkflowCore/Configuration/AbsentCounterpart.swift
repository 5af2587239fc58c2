/// Something that a part of a configuration needs and that is not there.
///
/// When the reason may be that something is wrong elsewhere, which is told anyway, the absence itself is not told.
public enum AbsentCounterpart: Sendable, Hashable {
    /// A module.
    ///
    /// - Parameters:
    ///   - name: Its name; empty for any module of the kind.
    ///   - kind: What it must provide; `nil` for anything.
    case module(name: String, kind: ServiceKind?)
    /// A workflow, or something that a section of `workflows` defines.
    case workflow
    /// Something that any part may bring; told only when nothing else is wrong.
    case anything
}

/// A part of a configuration does not find what it needs.
public struct AbsentCounterpartError: Error, Sendable, CustomStringConvertible {
    /// What is not there.
    public let counterpart: AbsentCounterpart
    /// The same in words, with what to do about it.
    public let description: String

    /// Creates an error.
    public init(_ counterpart: AbsentCounterpart, _ description: String) {
        self.counterpart = counterpart
        self.description = description
    }
}
