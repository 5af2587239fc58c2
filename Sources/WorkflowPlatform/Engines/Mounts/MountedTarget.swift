/// The path of a request below the mount of a workflow.
struct MountedTarget: Sendable {
    /// What led to the workflow, and to the listener; empty when the host led to its server.
    let prefix: String
    /// The path as the application sees it; begins with `/`.
    let path: String
    /// The port of the configuration whose listener is meant; `nil` for the server.
    let port: Int?
    /// Whether the path ends with the prefix, without a slash.
    let lacksSlash: Bool

    /// Takes a path apart.
    ///
    /// - Parameters:
    ///   - path: The path as it was sent.
    ///   - prefix: What led to the workflow; the path begins with it.
    init(_ path: String, below prefix: Substring) {
        let rest = path[prefix.endIndex(in: path)...]
        guard rest.hasPrefix("/~"), let (segment, port) = Self.port(rest) else {
            self.prefix = String(prefix)
            self.path = rest.isEmpty ? "/" : String(rest)
            port = nil
            lacksSlash = rest.isEmpty
            return
        }
        let inner = rest.dropFirst(segment.utf8.count)
        self.prefix = "\(prefix)\(segment)"
        self.path = inner.isEmpty ? "/" : String(inner)
        self.port = port
        lacksSlash = false
    }

    /// Reads `/~8081` at the beginning of a path.
    private static func port(_ path: Substring) -> (segment: Substring, port: Int)? {
        let segment = path.prefix(1) + path.dropFirst().prefix { $0 != "/" }
        let digits = segment.dropFirst(2)
        guard (1...5).contains(digits.utf8.count), let port = UInt16(digits) else { return nil }
        return (path.prefix(segment.count), Int(port))
    }
}

extension Substring {
    /// Where this beginning of a text ends in it.
    fileprivate func endIndex(in text: String) -> String.Index {
        isEmpty ? text.startIndex : endIndex
    }
}
