import WorkflowCore

/// A component whose script can be changed while it runs, whether the configuration defines it or not.
protocol ManagedComponent: Sendable {
    /// The name by which it is found.
    var id: String { get }
    /// The script.
    var component: SwappableComponent { get }
    /// Where the script comes from; `nil` when it was added.
    var file: ComponentFile? { get }
    /// What is called to try it.
    var executable: any ExecutableComponent { get }
}

extension ManagedComponent {
    /// How messages of the script name it.
    var sourceName: String { file?.name ?? "\(id).js" }

    /// What is known about the component.
    var report: ComponentReport {
        var report = component.report
        report.file = file?.name
        return report
    }
}
