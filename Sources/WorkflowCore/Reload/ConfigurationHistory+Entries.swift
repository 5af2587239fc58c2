import Logging
import Synchronization

/// What reads and writes the files; it runs on the queue.
extension ConfigurationHistory {
    /// What can be read, the newest first.
    func entries() throws(WorkflowError) -> [Entry] {
        var entries: [Entry] = []
        for name in try folder.names().sorted(by: >) where !ConfigurationHistoryFolder.isUnfinished(name) {
            do {
                entries.append(try read(name))
            } catch {
                report(name, "\(error)")
            }
        }
        entries.sort { $0.version.number > $1.version.number }
        if let current = entries.firstIndex(where: { $0.version.status.reason == nil }) {
            entries[current].version.status = .current
        }
        return entries
    }

    private func read(_ name: String) throws -> Entry {
        guard let number = ConfigurationHistoryFolder.number(of: name) else {
            throw ConfigurationHistoryFolder.Unusable(description: "its name is not that of a version")
        }
        let entry = try ConfigurationHistoryFile.entry(from: try folder.contents(of: name))
        guard entry.version.number == number else {
            throw ConfigurationHistoryFolder.Unusable(description: "it holds version \(entry.version.number)")
        }
        return entry
    }

    func write(_ entry: Entry) throws(WorkflowError) {
        let bytes = ConfigurationHistoryFile.bytes(of: entry)
        guard bytes.count <= ConfigurationHistoryFolder.maximumSize else {
            throw WorkflowError(
                .limitExceeded,
                "The configuration is too large for the history: \(bytes.count) bytes, at most "
                    + "\(ConfigurationHistoryFolder.maximumSize).")
        }
        try folder.replace(ConfigurationHistoryFolder.name(of: entry.version.number), with: bytes)
    }

    func find(_ number: Int, in entries: [Entry]) throws(WorkflowError) -> Entry {
        if let entry = entries.first(where: { $0.version.number == number }) { return entry }
        let kept = entries.reversed().map { String($0.version.number) }.joined(separator: ", ")
        throw WorkflowError(
            .notFound,
            "There is no configuration version \(number) in \(folder.path); kept are: \(kept.isEmpty ? "none" : kept).")
    }

    /// The version is recorded already; that an old one stays is no failure of that.
    func tidy() {
        do throws(WorkflowError) {
            try removeSuperfluous()
        } catch {
            logger.warning("Old configurations could not be removed", metadata: ["error": "\(error)"])
        }
    }

    func removeSuperfluous() throws(WorkflowError) {
        let versions = try entries().map(\.version)
        // The one before the current one too: should the current one be rolled back, it is needed.
        let needed = Set(versions.filter { $0.status.reason == nil }.prefix(2).map(\.number))
        let superfluous = versions.dropFirst(limit).filter { !needed.contains($0.number) }
        let abandoned = try folder.names().filter { folder.isAbandoned($0, now: .systemNow()) }
        for version in superfluous { try folder.remove(ConfigurationHistoryFolder.name(of: version.number)) }
        for name in abandoned { try folder.remove(name) }
        if !superfluous.isEmpty || !abandoned.isEmpty { try folder.synchronize() }
    }

    private func report(_ name: String, _ flaw: String) {
        let isNew = reported.withLock { $0.updateValue(flaw, forKey: name) != flaw }
        guard isNew else { return }
        logger.warning(
            "A file in the configuration history is ignored",
            metadata: ["file": "\(folder.path)/\(name)", "reason": "\(flaw)"])
    }
}
