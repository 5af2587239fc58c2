public import WorkflowCore

/// What is known of a deployed workflow.
public struct DeploymentStatus: Sendable, Hashable {
    /// What it is doing.
    public enum State: String, Sendable, CaseIterable {
        /// A version is being brought up; the one before serves, if there is one.
        case deploying
        /// It serves.
        case running
        /// It finishes what it has begun.
        case stopping
        /// It was stopped.
        case stopped
        /// It does not run because something failed.
        case failed
    }

    /// A module that runs.
    public struct Module: Sendable, Hashable {
        /// The name in the configuration.
        public let name: String
        /// The module type.
        public let type: String
    }

    /// The workflow.
    public let workflow: ID<Workflow>
    /// Where it runs.
    public let environment: EnvironmentName
    /// What it is doing.
    public internal(set) var state: State
    /// The version that serves, or that did last; `nil` when none has.
    public internal(set) var version: Int?
    /// The version that is being brought up.
    public internal(set) var nextVersion: Int?
    /// Since when the state is what it is.
    public internal(set) var since: Timestamp
    /// The modules that run.
    public internal(set) var modules: [Module] = []
    /// The paths that lead to its listeners; the first one is the mount itself.
    public internal(set) var paths: [String] = []
    /// What went wrong last, without secrets; `nil` since a version was deployed without trouble.
    public internal(set) var lastError: String?
    /// How often it was started again since the last deployment because something failed.
    public internal(set) var restarts = 0
    /// When it will be started again; `nil` when it will not by itself.
    public internal(set) var restartAt: Timestamp?

    init(_ key: DeploymentKey, state: State, since: Timestamp) {
        workflow = key.workflow
        environment = key.environment
        self.state = state
        self.since = since
    }
}
