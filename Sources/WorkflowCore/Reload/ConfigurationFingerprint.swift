extension ApplicationConfiguration {
    /// The SHA-256 of what the configuration means, as 64 lower-case hexadecimal digits.
    ///
    /// The order of keys, comments and the division into files change nothing, except that the order of modules counts.
    /// Variables of the environment count by their values, so a changed secret is a changed configuration; nothing can
    /// be read back from the hash. Aliases of keys are different keys here, since only a ``ModuleRegistry`` knows them.
    public var hash: String {
        var writer = CanonicalWriter()
        writer.begin("l", modules.count)
        for module in modules {
            writer.add(module.name)
            writer.add(module.type)
            writer.add(module.configuration)
            writer.begin("l", module.dependsOn.count)
            for name in module.dependsOn { writer.add(name.value) }
            writer.begin("m", module.branches.count)
            for (outcome, name) in module.branches.sorted(by: { CanonicalWriter.precedes($0.key, $1.key) }) {
                writer.add(outcome)
                writer.add(name)
            }
        }
        for sections in [workflows, triggers, settings] {
            writer.begin("m", sections.count)
            for section in sections.sorted(by: { CanonicalWriter.precedes($0.name, $1.name) }) {
                writer.add(section.name)
                writer.add(section.configuration)
            }
        }
        return SHA256Digest.hexadecimal(of: writer.bytes)
    }
}

/// Writes what nodes mean in bytes that are equal only when the meanings are.
private struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []

    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Begins a list or a mapping.
    mutating func begin(_ kind: Unicode.Scalar, _ count: Int) {
        add(kind: UInt8(ascii: kind), count)
    }

    mutating func add(_ text: String) {
        add(kind: UInt8(ascii: "s"), text)
    }

    mutating func add(_ node: ConfigurationNode, key: String = "") {
        switch node.content {
        case .scalar(let value):
            let scalar = ConfigurationMeaning.Scalar(value, sourceText: node.sourceText)
            add(kind: scalar.kind, scalar.text)
        case .sequence(let elements):
            begin("l", elements.count)
            for element in elements { add(element) }
        case .mapping(let entries):
            begin("m", entries.count)
            for entry in entries.sorted(by: { Self.precedes($0.key, $1.key) }) {
                add(entry.key)
                add(entry.value, key: entry.key)
            }
            let order = ConfigurationMeaning.orderedKeys(of: entries, under: key)
            guard !order.isEmpty else { return }
            begin("o", order.count)
            for key in order { add(key) }
        }
    }

    private mutating func add(kind: UInt8, _ text: String) {
        add(kind: kind, text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// A kind and a number; lengths before contents keep neighbours apart.
    private mutating func add(kind: UInt8, _ count: Int) {
        bytes.append(kind)
        withUnsafeBytes(of: UInt64(count).bigEndian) { bytes.append(contentsOf: $0) }
    }
}
