import Logging
import WorkflowCore

/// Writes one line about each change of a component, made or refused; never the script.
struct ComponentAudit: Sendable {
    let change: ComponentChange
    let logger: Logger

    private var fields: Logger.Metadata {
        let action =
            switch change.action {
            case .put: "put"
            case .rollback: "rollback"
            case .remove: "remove"
            }
        return [
            "component": "\(change.id.prefix(128))", "action": "\(action)", "principal": "\(change.principal)",
        ]
    }

    func made(_ outcome: ComponentOutcome) {
        var fields = fields
        if let version = outcome.version { fields["version"] = "\(version)" }
        if let digest = outcome.report.digest { fields["digest"] = "\(digest)" }
        logger.info("Component changed", metadata: fields)
    }

    func refused(_ error: any Error) {
        var fields = fields
        if case .put(let text) = change.action {
            fields["digest"] = "\(ScriptSource(name: "", text: text).digest)"
        }
        fields["reason"] = "\(Self.reason(of: error))"
        logger.info("Component not changed", metadata: fields)
    }

    /// Why something was refused, without a message that may quote the script.
    static func reason(of error: any Error) -> String {
        switch error {
        case let error as ScriptRejection: error.issues.map { reason(of: $0) }.joined(separator: ", ")
        case let error as ScriptError:
            error.line.map { line in
                "\(error.code) at line \(line)" + (error.column.map { ", column \($0)" } ?? "")
            } ?? error.code.description
        case let error as WorkflowError: "\(error.code): \(error.message)"
        case let error as StoreError: "store \(error.code)"
        default: "precondition"
        }
    }
}
