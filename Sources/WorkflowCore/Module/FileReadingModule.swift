/// A module that has read files which its settings only name, such as a script or a certificate.
///
/// A reload of a configuration that has not changed is none, unless such a module is not current.
public protocol FileReadingModule: WorkflowModule {
    /// Whether it still is what its settings lead to; `false` when a file that it has read is another one now. May block
    /// for as long as reading takes.
    var isCurrent: Bool { get }
}
