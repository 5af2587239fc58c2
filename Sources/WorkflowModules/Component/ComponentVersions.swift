import WorkflowCore

/// The versions of one component, in a state store.
struct ComponentVersions: Sendable {
    /// How many are kept.
    static let kept = 20
    /// Who puts a script in place that was found in the file.
    static let file = "file"

    private let namespace: String
    private let store: any StateStore
    private let clock: any EngineClock

    /// - Parameters:
    ///   - id: The component.
    ///   - store: Where the versions are kept.
    ///   - clock: The time.
    init(id: String, store: any StateStore, clock: any EngineClock) {
        namespace = "component versions/\(id)"
        self.store = store
        self.clock = clock
    }

    /// The versions, oldest first.
    ///
    /// - Throws: ``StoreError``.
    func all() async throws -> [ComponentVersion] {
        try await entries().map(\.version)
    }

    /// What has to be committed to keep a script as a version, and to forget what is beyond the number that is kept.
    ///
    /// - Parameters:
    ///   - source: The script.
    ///   - principal: Who puts it in place.
    ///   - rollbackOf: The version that it is a copy of.
    ///   - before: The script that it replaces, which is kept as well.
    /// - Returns: The version, and the operations, which conflict when another process has made the same version.
    /// - Throws: ``StoreError``.
    func recording(
        _ source: ScriptSource, by principal: String, rollbackOf: Int? = nil, after before: ScriptSource?
    ) async throws -> (version: ComponentVersion, operations: [StoreTransaction.Operation]) {
        let known = try await entries()
        let now = clock.now
        var next = (known.last?.version.number ?? 0) + 1
        var added: [ComponentVersion] = []
        if let before, known.last?.version.digest != before.digest {
            added.append(
                ComponentVersion(
                    number: next, at: now, principal: Self.file, text: before.text, digest: before.digest))
            next += 1
        }
        let version = ComponentVersion(
            number: next, at: now, principal: principal, rollbackOf: rollbackOf, text: source.text,
            digest: source.digest)
        added.append(version)
        let surplus = known.prefix(max(0, known.count + added.count - Self.kept))
        let operations =
            added.map { version in
                StoreTransaction.Operation.createValue(
                    namespace: namespace, key: Self.key(version.number), value: version.stored, now: now,
                    expiresAt: nil)
            } + surplus.map { .removeValue(namespace: namespace, key: $0.key) }
        return (version, operations)
    }

    /// What has to be committed to forget every version.
    ///
    /// - Throws: ``StoreError``.
    func removing() async throws -> [StoreTransaction.Operation] {
        try await entries().map { .removeValue(namespace: namespace, key: $0.key) }
    }

    private func entries() async throws -> [(key: String, version: ComponentVersion)] {
        try await store.values(namespace: namespace, prefix: "", limit: 10 * Self.kept, now: clock.now)
            .compactMap { key, value in ComponentVersion(stored: value).map { (key, $0) } }
    }

    /// Keys sort as the numbers do.
    private static func key(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }
}

extension ComponentVersion {
    /// The version as it is stored.
    fileprivate var stored: JSONValue {
        var document: JSONObject = [
            "number": .integer(Int64(number)), "at": .string(at.description), "principal": .string(principal),
            "text": .string(text),
        ]
        if let rollbackOf { document["rollbackOf"] = .integer(Int64(rollbackOf)) }
        return .object(document)
    }

    /// Reads what ``stored`` wrote; `nil` for anything else.
    fileprivate init?(stored: JSONValue) {
        guard let number = stored["number"]?.intValue, let text = stored["text"]?.stringValue,
            let at = (stored["at"]?.stringValue).flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            number: number, at: at, principal: stored["principal"]?.stringValue ?? "",
            rollbackOf: stored["rollbackOf"]?.intValue, text: text,
            digest: ScriptSource(name: "", text: text).digest)
    }
}
