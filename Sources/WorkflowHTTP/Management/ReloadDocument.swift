import WorkflowCore

/// A reload as JSON, without its plan.
enum ReloadDocument {
    static func make(_ report: ReloadReport) -> JSONObject {
        var document: JSONObject = [
            "status": .string(report.status.rawValue), "generation": .integer(Int64(report.generation)),
            "time": .string(report.time.description),
        ]
        if let reason = report.reason { document["reason"] = .string(reason) }
        if !report.issues.isEmpty { document["issues"] = IssueDocument.list(report.issues) }
        if report.movedInstances > 0 { document["movedInstances"] = .integer(Int64(report.movedInstances)) }
        let timings = report.timings
        document["timings"] = [
            "buildMilliseconds": milliseconds(timings.build), "prepareMilliseconds": milliseconds(timings.prepare),
            "healthMilliseconds": milliseconds(timings.health), "swapMilliseconds": milliseconds(timings.swap),
            "totalMilliseconds": milliseconds(timings.total),
        ]
        return document
    }

    /// A duration in milliseconds with three decimals.
    static func milliseconds(_ duration: Duration) -> JSONValue {
        .double(Double(duration.wholeNanoseconds / 1000) / 1000)
    }
}

/// What is wrong with a configuration, as JSON.
enum IssueDocument {
    static func list(_ issues: [ConfigurationIssue]) -> JSONValue {
        .array(issues.map(make))
    }

    private static func make(_ issue: ConfigurationIssue) -> JSONValue {
        var document: JSONObject = [
            "message": .string(issue.message), "path": .string(issue.path), "file": .string(issue.location.file),
            "line": .integer(Int64(issue.location.line)), "column": .integer(Int64(issue.location.column)),
        ]
        if let suggestion = issue.suggestion { document["suggestion"] = .string(suggestion) }
        return .object(document)
    }
}
