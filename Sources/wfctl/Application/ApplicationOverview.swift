import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore

/// What is in a configuration, for people and for programs.
struct ApplicationOverview {
    private let configuration: ApplicationConfiguration
    /// Everything as if it were new, which tells routes, schedules and subscriptions without their secrets.
    private let plan: ReloadPlan
    /// The state machines in the order of the files.
    let stateMachines: [StateMachineOverview]
    /// Which part refers to which module.
    let references: ModuleReferences

    /// Describes a configuration.
    init(_ configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        self.configuration = configuration
        plan = ReloadPlan(from: ApplicationConfiguration(), to: configuration, registry: registry)
        stateMachines = StateMachineOverview.all(in: configuration)
        references = ModuleReferences(configuration, registry: registry)
    }

    /// Reads files and folders, and warns of what is wrong with them.
    ///
    /// - Throws: ``ConfigurationError`` when one of them cannot be read.
    static func load(_ files: [String]) throws -> ApplicationOverview {
        let configuration = try ConfigurationCheck.load(files)
        let count = configuration.issues.count
        if count > 0 {
            Console.warn("The configuration has \(IssueReport.count(count, "error")); see `wfctl validate`.")
        }
        return ApplicationOverview(configuration, registry: StandardCatalog.registry)
    }

    /// The tables that are not empty, with their titles.
    var tables: [(title: String, table: TextTable)] {
        [
            ("Modules", modules), ("Routes", routes), ("State machines", machines), ("Schedules", schedules),
            ("Subscriptions", subscriptions),
        ].filter { !$0.1.isEmpty }
    }

    private var modules: TextTable {
        var table = TextTable("name", "type", "uses")
        for module in configuration.modules {
            table.add(module.name, module.type, references.targets(of: module.name).joined(separator: ", "))
        }
        return table
    }

    private var routes: TextTable {
        var table = TextTable("method", "path", "to", "middlewares")
        for route in plan.routes.added.map(\.details) {
            let target = ["handler", "workflow", "action"].compactMap { route[$0]?.stringValue }.joined(separator: ":")
            let chain = route["middlewares"]?.arrayValue?.compactMap(\.stringValue).joined(separator: ", ")
            table.add(
                route["method"]?.stringValue ?? "", route["path"]?.stringValue ?? "", target, chain ?? "")
        }
        return table
    }

    private var machines: TextTable {
        var table = TextTable("name", "initial", "states", "transitions", "final states")
        for machine in stateMachines {
            table.add(
                machine.name, machine.initialState, "\(machine.states.count)", "\(machine.transitions.count)",
                machine.states.filter(\.isFinal).map(\.name).joined(separator: ", "))
        }
        return table
    }

    private var schedules: TextTable {
        var table = TextTable("name", "when", "time zone", "to")
        for item in plan.schedules.added {
            let target = item.summary.split(separator: " -> ").last.map(String.init) ?? ""
            table.add(
                item.details["name"]?.stringValue ?? "", item.details["schedule"]?.stringValue ?? "on demand",
                item.details["timezone"]?.stringValue ?? "", target)
        }
        return table
    }

    private var subscriptions: TextTable {
        var table = TextTable("topic", "broker", "to")
        for item in plan.subscriptions.added {
            let target = item.summary.split(separator: " -> ").last.map(String.init) ?? ""
            table.add(
                item.details["topic"]?.stringValue ?? "", item.details["broker"]?.stringValue ?? "", target)
        }
        return table
    }

    /// Everything, for programs.
    var json: JSONValue {
        func list(_ items: ReloadPlan.ItemChanges) -> JSONValue { .array(items.added.map { .object($0.details) }) }
        let modules = configuration.modules.map { module -> JSONValue in
            [
                "name": .string(module.name), "type": .string(module.type),
                "file": .string(module.location.file), "line": .integer(Int64(module.location.line)),
                "uses": .array(references.targets(of: module.name).map(JSONValue.string)),
            ]
        }
        return [
            "files": .array(configuration.files.map(JSONValue.string)), "modules": .array(modules),
            "routes": list(plan.routes), "stateMachines": .array(stateMachines.map(\.json)),
            "schedules": list(plan.schedules), "subscriptions": list(plan.subscriptions),
        ]
    }
}
