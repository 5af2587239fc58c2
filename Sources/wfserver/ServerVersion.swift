import WorkflowCommandLine

/// The version of this program.
enum ServerVersion {
    /// The version, as `wfserver --version` prints it.
    static let current = ProgramVersion.current
}
