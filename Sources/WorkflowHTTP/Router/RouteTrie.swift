import HTTPTypes

/// The routes of a table, arranged by path segment.
///
/// Depth first, and a literal before a parameter before a tail, meets the most specific route first, because a table
/// holds no two routes that overlap without one being more specific.
struct RouteTrie: Sendable {
    struct Node: Sendable {
        /// Sorted by length and then by bytes.
        var literals: [(text: [UInt8], node: Int)] = []
        var parameter: Int?
        var tail: RouteLeaf?
        var leaf: RouteLeaf?
    }

    private var nodes = [Node()]

    mutating func insert(_ segments: [RoutePattern.Segment], method: HTTPRequest.Method?, route: Int) {
        var current = 0
        for segment in segments {
            switch segment {
            case .literal(let text):
                let bytes = Array(text.utf8)
                let (position, isFound) = Self.position(of: bytes, in: nodes[current].literals)
                if isFound {
                    current = nodes[current].literals[position].node
                } else {
                    nodes.append(Node())
                    nodes[current].literals.insert((bytes, nodes.count - 1), at: position)
                    current = nodes.count - 1
                }
            case .parameter:
                if let next = nodes[current].parameter {
                    current = next
                } else {
                    nodes.append(Node())
                    nodes[current].parameter = nodes.count - 1
                    current = nodes.count - 1
                }
            case .tail:
                nodes[current].tail = nodes[current].tail ?? RouteLeaf()
                nodes[current].tail?.add(method: method, route: route)
                return
            }
        }
        nodes[current].leaf = nodes[current].leaf ?? RouteLeaf()
        nodes[current].leaf?.add(method: method, route: route)
    }

    /// Visits the routes that match `path`, the most specific first, until `visit` returns `true`.
    ///
    /// - Parameters:
    ///   - path: The bytes of the path, which begins with `/`.
    ///   - captures: Receives the byte ranges of the parameters and the tail in order.
    ///   - visit: Called with each leaf that matches; returns whether the search is over.
    /// - Returns: Whether `visit` ended the search.
    func search(
        _ path: UnsafeBufferPointer<UInt8>, captures: inout [Range<Int>], visit: (RouteLeaf) -> Bool
    ) -> Bool {
        guard path.first == UInt8(ascii: "/") else { return false }
        return search(path, from: 1, node: 0, captures: &captures, visit: visit)
    }

    private func search(
        _ path: UnsafeBufferPointer<UInt8>, from start: Int, node index: Int, captures: inout [Range<Int>],
        visit: (RouteLeaf) -> Bool
    ) -> Bool {
        // Past the end: the path ended without a further slash.
        guard start <= path.count else { return nodes[index].leaf.map(visit) ?? false }
        var end = start
        var hasEscape = false
        while end < path.count, path[end] != UInt8(ascii: "/") {
            if path[end] == UInt8(ascii: "%") { hasEscape = true }
            end += 1
        }
        if let next = literal(path, start..<end, hasEscape: hasEscape, node: index),
            search(path, from: end + 1, node: next, captures: &captures, visit: visit)
        {
            return true
        }
        if let next = nodes[index].parameter, end > start {
            captures.append(start..<end)
            if search(path, from: end + 1, node: next, captures: &captures, visit: visit) { return true }
            captures.removeLast()
        }
        if let tail = nodes[index].tail {
            captures.append(start..<path.count)
            if visit(tail) { return true }
            captures.removeLast()
        }
        return false
    }

    private func literal(
        _ path: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, hasEscape: Bool, node: Int
    ) -> Int? {
        guard !nodes[node].literals.isEmpty else { return nil }
        let (position, isFound): (Int, Bool)
        if hasEscape {
            guard let decoded = RequestTarget.decodedSegment(path[range]) else { return nil }
            (position, isFound) = Self.position(of: Array(decoded.utf8), in: nodes[node].literals)
        } else {
            (position, isFound) = Self.position(of: path[range], in: nodes[node].literals)
        }
        return isFound ? nodes[node].literals[position].node : nil
    }

    /// Binary search; `position` is where `bytes` is or belongs.
    private static func position(
        of bytes: some RandomAccessCollection<UInt8>, in literals: [(text: [UInt8], node: Int)]
    ) -> (position: Int, isFound: Bool) {
        var low = 0
        var high = literals.count
        while low < high {
            let middle = (low + high) / 2
            let text = literals[middle].text
            if text.count < bytes.count || (text.count == bytes.count && text.lexicographicallyPrecedes(bytes)) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, low < literals.count && literals[low].text.elementsEqual(bytes))
    }
}

/// The routes that have the same path pattern.
struct RouteLeaf: Sendable {
    private(set) var routes: [(method: HTTPRequest.Method?, index: Int)] = []

    mutating func add(method: HTTPRequest.Method?, route: Int) {
        routes.append((method, route))
    }

    /// The route that answers `method`: its own, else GET for HEAD, else the one for every method.
    func route(for method: HTTPRequest.Method) -> Int? {
        var get: Int?
        var any: Int?
        for (candidate, index) in routes {
            if candidate == method { return index }
            if candidate == nil { any = index }
            if candidate == .get { get = index }
        }
        return method == .head ? get ?? any : any
    }
}
