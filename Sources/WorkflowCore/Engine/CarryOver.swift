/// Which modules of a generation go on in the next one.
struct CarryOver: Sendable {
    private let instances: [ModuleInstance.Key: ModuleInstance]

    /// Nothing is carried over.
    init() { instances = [:] }

    /// Decides what is carried over.
    ///
    /// - Parameters:
    ///   - previous: The modules there are.
    ///   - parts: What the new configuration asks for, in the order of creation.
    init(from previous: [ModuleInstance], into parts: [GenerationPlan.Part]) {
        let candidates = Dictionary(
            previous.filter { $0.carried?.isCurrent == true }.map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first })
        let carriable = Set(previous.filter { $0.carried != nil && $0.key.section == .module }.map(\.name))
        var instances: [ModuleInstance.Key: ModuleInstance] = [:]
        for part in parts {
            guard let instance = candidates[part.key], instance.part.hasSameSettings(as: part) else { continue }
            // What it was given at its creation must be the same object.
            let fixed = part.needs.filter { carriable.contains($0) }
            guard fixed.allSatisfy({ instances[.init(section: .module, name: $0)] != nil }) else { continue }
            instances[part.key] = instance
        }
        self.instances = instances
    }

    subscript(part: GenerationPlan.Part) -> ModuleInstance? { instances[part.key] }

    /// The modules that go on.
    var all: [ModuleInstance] { Array(instances.values) }
}

extension GenerationPlan.Part {
    fileprivate func hasSameSettings(as other: GenerationPlan.Part) -> Bool {
        entry.descriptor.type == other.entry.descriptor.type && branches == other.branches
            // Relative paths begin at the folder of the file.
            && location.file == other.location.file && node.hasSameMeaning(as: other.node, schema: entry.schema)
    }
}
