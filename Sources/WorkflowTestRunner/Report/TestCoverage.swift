import HTTPTypes
import WorkflowCore
import WorkflowHTTP

/// Which parts of an application tests have used.
public struct TestCoverage: Sendable {
    /// A kind of parts.
    public struct Part: Sendable {
        /// What the parts are: `states`, `transitions`, `routes` or `steps`.
        public let kind: String
        /// All that the application has, in order.
        public internal(set) var all: [String] = []
        /// Those that were used.
        public internal(set) var used: Set<String> = []

        /// Those that were not used, in order.
        public var missing: [String] { all.filter { !used.contains($0) } }
        /// How many of them were used.
        public var usedCount: Int { all.count { used.contains($0) } }

        mutating func expect(_ names: [String]) {
            for name in names where !all.contains(name) { all.append(name) }
        }
    }

    /// The files of the application.
    public let application: [String]
    /// States, transitions, routes and steps.
    public var parts: [Part] { [states, transitions, routes, steps] }

    private var states = Part(kind: "states")
    private var transitions = Part(kind: "transitions")
    private var routes = Part(kind: "routes")
    private var steps = Part(kind: "steps")

    init(application: [String]) {
        self.application = application
    }

    /// Adds what one test has used.
    mutating func add(_ application: TestApplication) {
        addMachines(application)
        addRoutes(application)
        let names = application.engine.configuration.modules.filter { $0.type == "processing.step" }.map(\.name)
        steps.expect(names)
        let operations = application.engine.environment.metrics.moduleOperations
        for name in names
        where ["success", "failure"].contains(where: { operations.with(name, "execute", $0).value > 0 }) {
            steps.used.insert(name)
        }
    }

    private mutating func addMachines(_ application: TestApplication) {
        for (_, engine) in application.generation.services.all(StateMachineEngine.self) {
            for name in engine.definitionNames {
                guard let definition = engine.definition(name) else { continue }
                states.expect(definition.states.keys.sorted().map { "\(name).\($0)" })
                transitions.expect(definition.transitions.keys.sorted().map { "\(name).\($0)" })
            }
        }
        let recorder = application.recorder
        for record in recorder.records {
            guard let name = recorder.workflow(of: record.instanceID) else { continue }
            states.used.insert("\(name).\(record.toState)")
            if !record.transition.isEmpty { transitions.used.insert("\(name).\(record.transition)") }
        }
    }

    private mutating func addRoutes(_ application: TestApplication) {
        let table = application.generation.services.all(HTTPRouterModule.self).flatMap(\.service.routes)
        routes.expect(table.map(\.description))
        for visit in application.recorder.visits {
            let methods = visit.method == "HEAD" ? ["HEAD", "GET"] : [visit.method]
            let route = table.first { route in
                route.pattern.description == visit.pattern
                    && (route.method.map { methods.contains($0.rawValue) } ?? true)
            }
            if let route { routes.used.insert(route.description) }
        }
    }
}
