import WorkflowCommandLine

/// The version of this program.
package enum ServerVersion {
    /// The version, as `wfserver --version` prints it.
    package static let current = ProgramVersion.current
}
