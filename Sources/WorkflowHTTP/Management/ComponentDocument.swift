import WorkflowCore

/// What the management API tells about components.
enum ComponentDocument {
    /// The document of a component.
    static func make(_ report: ComponentReport, withSource: Bool = false) -> JSONValue {
        var document: JSONObject = [
            "id": .string(report.id), "name": .string(report.name), "status": .string(report.status.rawValue),
            "loaded_at": report.loadedAt.map { .string($0.description) } ?? .null,
            "origin": report.file == nil ? "added" : "file",
        ]
        if let file = report.file { document["file"] = .string(file) }
        if let digest = report.digest { document["sha256"] = .string(digest) }
        if let error = report.error { document["error"] = .string(error) }
        if withSource { document["source"] = report.source.map { .string($0.text) } ?? .null }
        return .object(document)
    }

    /// The document of a version, with its script.
    static func make(_ version: ComponentVersion, isCurrent: Bool) -> JSONValue {
        var document: JSONObject = [
            "version": .integer(Int64(version.number)), "at": .string(version.at.description),
            "principal": .string(version.principal), "sha256": .string(version.digest), "current": .bool(isCurrent),
            "source": .string(version.text),
        ]
        if let original = version.rollbackOf { document["rollbackOf"] = .integer(Int64(original)) }
        return .object(document)
    }

    /// What is wrong with a script, and where.
    static func make(_ error: ScriptError) -> JSONValue {
        var document: JSONObject = [
            "code": .string(error.code.description), "message": .string(error.message),
        ]
        if let line = error.line { document["line"] = .integer(Int64(line)) }
        if let column = error.column { document["column"] = .integer(Int64(column)) }
        return .object(document)
    }
}
