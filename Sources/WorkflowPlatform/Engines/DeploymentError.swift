public import WorkflowCore

/// Why a version of a workflow does not run.
public struct DeploymentError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// Something is wrong in the configuration; ``DeploymentError/issues`` tells where.
        public static let invalid = Code("invalid_configuration")
        /// Something else has what it needs: the path, a host, the state of running instances.
        public static let conflict = Code("conflict")
        /// What it needs cannot be had now.
        public static let unavailable = Code("unavailable")
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened, without secrets.
    public let message: String
    /// What is wrong in the configuration, place by place, without secrets.
    public let issues: [ConfigurationIssue]
    /// The instances whose state the version does not have, which is why it does not run.
    public let stranded: [StrandedInstances]

    init(
        _ code: Code, _ message: String, issues: [ConfigurationIssue] = [], stranded: [StrandedInstances] = []
    ) {
        self.code = code
        self.message = message
        self.issues = issues
        self.stranded = stranded
    }

    /// What an error comes down to, without secrets.
    init(_ error: any Error, redactor: SecretRedactor) {
        switch error {
        case let error as DeploymentError:
            self = error
        case let error as ConfigurationError:
            self.init(invalid: error.issues, redactor: redactor)
        case let error as WorkflowError where error.code == .conflict:
            self.init(.conflict, redactor.redact("\(error)"))
        default:
            self.init(.unavailable, redactor.redact("\(error)"))
        }
    }

    /// What a reload that was not taken comes down to, without secrets.
    init(_ report: ReloadReport, _ options: ReloadOptions, redactor: SecretRedactor) {
        if !report.issues.isEmpty {
            self.init(invalid: report.issues, redactor: redactor)
        } else if let error = report.plan.flatMap({ Self(strandedBy: $0, options) }) {
            self = error
        } else {
            self.init(.unavailable, redactor.redact(report.reason ?? "the version was not taken"))
        }
    }

    /// Says which instances would be left behind in states that are gone; `nil` when none would.
    init?(strandedBy plan: ReloadPlan, _ options: ReloadOptions) {
        let stranded = plan.newlyStranded.filter { !options.mapping.covers($0) }
        guard !options.isForced, !stranded.isEmpty else { return nil }
        let list = stranded.map(\.description).joined(separator: "; ")
        self.init(
            .conflict, "running instances are in states that the version does not have: \(list)", stranded: stranded)
    }

    private init(invalid issues: [ConfigurationIssue], redactor: SecretRedactor) {
        let issues = issues.map(redactor.redact)
        self.init(
            .invalid,
            issues.count == 1 ? "the configuration has an error" : "the configuration has \(issues.count) errors",
            issues: issues)
    }

    public var description: String {
        guard !issues.isEmpty else { return message }
        return "\(message): \(issues.prefix(10).map(\.description).joined(separator: "; "))"
    }
}
