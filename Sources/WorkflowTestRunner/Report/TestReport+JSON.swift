public import WorkflowCore

extension TestReport {
    /// The report for programs.
    ///
    /// - Parameter showsCoverage: Whether the coverage is part of it.
    public func json(showsCoverage: Bool) -> JSONValue {
        var document: JSONObject = [
            "passed": .integer(Int64(count(.passed))), "failed": .integer(Int64(count(.failed))),
            "skipped": .integer(Int64(count(.skipped))), "durationMs": .integer(duration.wholeMilliseconds),
            "tests": .array(results.map(\.json)),
        ]
        if !issues.isEmpty { document["issues"] = .array(issues.map { .object($0.document) }) }
        if showsCoverage { document["coverage"] = .array(coverage.map(\.json)) }
        return .object(document)
    }
}

extension TestResult {
    fileprivate var json: JSONValue {
        var document: JSONObject = [
            "file": .string(file), "name": .string(name), "line": .integer(Int64(location.line)),
            "outcome": .string(outcome.rawValue), "durationMs": .double(Double(duration.wholeNanoseconds) / 1e6),
        ]
        if !reason.isEmpty { document["reason"] = .string(reason) }
        if !failures.isEmpty {
            document["failures"] = .array(failures.map(\.json))
            document["log"] = .array(log.map { .string($0) })
        }
        return .object(document)
    }
}

extension TestFailure {
    fileprivate var json: JSONValue {
        var document: JSONObject = [
            "file": .string(location.file), "line": .integer(Int64(location.line)),
            "column": .integer(Int64(location.column)), "step": .string(step),
        ]
        if !path.isEmpty { document["path"] = .string(path) }
        if !expected.isEmpty { document["expected"] = .string(expected) }
        document["actual"] = .string(actual)
        return .object(document)
    }
}

extension TestCoverage {
    fileprivate var json: JSONValue {
        var document: JSONObject = ["application": .array(application.map { .string($0) })]
        for part in parts {
            document[part.kind] = [
                "all": .integer(Int64(part.all.count)), "used": .integer(Int64(part.usedCount)),
                "missing": .array(part.missing.map { .string($0) }),
            ]
        }
        return .object(document)
    }
}

extension ConfigurationIssue {
    fileprivate var document: JSONObject {
        var document: JSONObject = [
            "file": .string(location.file), "line": .integer(Int64(location.line)),
            "column": .integer(Int64(location.column)), "path": .string(path), "message": .string(message),
        ]
        if let suggestion { document["suggestion"] = .string(suggestion) }
        return document
    }
}
