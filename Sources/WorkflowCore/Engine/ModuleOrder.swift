import HeapModule

/// The order in which modules are created: after everything they need, and otherwise as the configuration lists them.
struct ModuleOrder {
    /// The positions of the modules in order; not all of them when there is a circle.
    private(set) var indices: [Int] = []
    /// Modules that need each other, each one the next; empty when there are none.
    private(set) var circle: [String] = []

    /// Finds the order (A. B. Kahn, "Topological sorting of large networks", 1962, with the first of the free ones taken).
    ///
    /// - Parameters:
    ///   - names: The modules as the configuration lists them.
    ///   - needs: What each one needs; names of others are ignored.
    init(_ names: [String], needs: [String: Set<String>]) {
        let position = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var missing = [Int](repeating: 0, count: names.count)
        var dependents = [[Int]](repeating: [], count: names.count)
        for (index, name) in names.enumerated() {
            for need in needs[name] ?? [] {
                guard let other = position[need] else { continue }
                missing[index] += 1
                dependents[other].append(index)
            }
        }
        var free = Heap(names.indices.filter { missing[$0] == 0 })
        while let index = free.popMin() {
            indices.append(index)
            for dependent in dependents[index] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { free.insert(dependent) }
            }
        }
        if indices.count < names.count { circle = Self.circle(names, missing: missing, needs: needs) }
    }

    /// Adds to `needs` what is only wished for, as far as that leads to no circle.
    ///
    /// - Parameters:
    ///   - wishes: What each module should come after.
    ///   - needs: What each one must come after.
    ///   - names: The modules, in the order in which their wishes are looked at.
    static func add(_ wishes: [String: Set<String>], to needs: inout [String: Set<String>], _ names: [String]) {
        for name in names {
            for other in (wishes[name] ?? []).sorted() where needs[name]?.contains(other) != true {
                if !reaches(from: other, to: name, needs) { needs[name, default: []].insert(other) }
            }
        }
    }

    /// Whether `target` is `start` or something that it needs.
    static func reaches(from start: String, to target: String, _ needs: [String: Set<String>]) -> Bool {
        var stack = [start]
        var seen: Set<String> = []
        while let name = stack.popLast() {
            if name == target { return true }
            if seen.insert(name).inserted { stack.append(contentsOf: needs[name] ?? []) }
        }
        return false
    }

    /// Follows what is missing until a module comes up again; begins with the one that the configuration lists first.
    private static func circle(_ names: [String], missing: [Int], needs: [String: Set<String>]) -> [String] {
        let blocked = names.indices.filter { missing[$0] > 0 }.map { names[$0] }
        let isBlocked = Set(blocked)
        guard var current = blocked.first else { return [] }
        var path: [String] = []
        var place: [String: Int] = [:]
        while place[current] == nil {
            place[current] = path.count
            path.append(current)
            // Each blocked module needs a blocked one, or it would be free.
            guard let next = needs[current]?.filter({ isBlocked.contains($0) }).min() else { return path }
            current = next
        }
        let circle = Array(path[(place[current] ?? 0)...])
        let first = blocked.first { circle.contains($0) }.flatMap { circle.firstIndex(of: $0) } ?? 0
        return Array(circle[first...] + circle[..<first])
    }
}
