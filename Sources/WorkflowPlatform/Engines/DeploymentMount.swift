import WorkflowCore

/// Where the requests of a workflow arrive on the listener that all workflows share.
public struct DeploymentMount: Sendable, Hashable {
    /// What the paths of its requests begin with, such as `/w/acme-shop`, without a slash at the end; `nil` for none.
    public let path: String?
    /// The hosts that are its own, in lower case and without ports.
    public let hosts: [String]

    /// Creates a mount.
    ///
    /// - Parameters:
    ///   - path: What the paths begin with: segments of letters, digits, `-`, `_` and `.`.
    ///   - hosts: The hosts that are its own.
    /// - Throws: ``WorkflowError`` `.invalidInput` when there is neither, or one of them is malformed.
    public init(path: String? = nil, hosts: [String] = []) throws {
        guard path != nil || !hosts.isEmpty else {
            throw WorkflowError(.invalidInput, "A workflow is mounted on a path, on hosts, or on both.")
        }
        if let path, !Self.isPath(path) {
            throw WorkflowError(
                .invalidInput,
                "\"\(path)\" cannot be mounted: write /segment, with letters, digits, -, _ and . between slashes.")
        }
        if let host = hosts.first(where: { !Self.isHost($0) }) {
            throw WorkflowError(.invalidInput, "\"\(host)\" is not a host name.")
        }
        self.path = path
        self.hosts = hosts.map { $0.lowercased() }
    }

    private static func isPath(_ path: String) -> Bool {
        guard path.hasPrefix("/"), path.utf8.count <= 200 else { return false }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".." && segment.utf8.allSatisfy(isNameByte)
        }
    }

    private static func isHost(_ host: String) -> Bool {
        guard (1...253).contains(host.utf8.count) else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
