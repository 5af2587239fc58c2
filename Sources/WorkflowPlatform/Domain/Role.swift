/// What a member may do: each role may do all that the ones before it may.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Looks at everything and changes nothing.
    case viewer
    /// Changes content.
    case editor
    /// Changes settings and members, and runs workflows.
    case admin
    /// Does everything, deletion included.
    case owner

    private var weight: Int {
        switch self {
        case .viewer: 1
        case .editor: 2
        case .admin: 3
        case .owner: 4
        }
    }

    public static func < (left: Role, right: Role) -> Bool { left.weight < right.weight }
}
