import Testing
import WorkflowCore
import WorkflowPlatform

/// What a deployed workflow may not have.
@Suite struct RefusedConfigurationTests {
    private func issues(_ yaml: String, limits: DeploymentLimits = DeploymentLimits()) async throws -> [String] {
        let manager = EngineManager(
            registry: engineTestRegistry, provider: MemoryStores(), settings: engineSettings())
        do {
            try await manager.validate(try deployment("a", yaml, limits: limits))
            return []
        } catch let error as DeploymentError {
            return error.issues.map { "\($0)" }
        }
    }

    @Test(arguments: [
        (
            "persistence.store", "config: {path: /etc/passwd}",
            "remove it: the platform keeps the state of every workflow"
        ),
        (
            "database.workflow", "config: {driver: sqlite, dsn: /var/lib/other.sqlite}",
            "the platform keeps the state; use api.handler or statemachine.engine for data"
        ),
        (
            "database.modular", "config: {driver: sqlite, dsn: other.sqlite}",
            "the platform keeps the state; use api.handler or statemachine.engine for data"
        ),
        (
            "observability.otel", "config: {endpoint: \"https://traces.example\"}",
            "its spans would tell about the machine of the platform"
        ),
    ])
    func `Types that open files or sockets are refused`(type: String, rest: String, hint: String) async throws {
        let found = try await issues("modules:\n  - name: x\n    type: \(type)\n    \(rest)\n")
        #expect(
            found == [
                """
                workflow.yaml:2:5: error: modules[0].type: "\(type)" is not available here
                    hint: \(hint)
                """
            ])
    }

    @Test func `Integrations reach no databases`() async throws {
        let found = try await issues(
            """
            modules:
              - {name: integrations, type: integration.registry}
            workflows:
              integration:
                registry: integrations
                connectors:
                  - {name: files, type: database, config: {driver: sqlite, dsn: /etc/passwd}}
                workflows:
                  look: {steps: [{name: read, connector: files, action: "SELECT 1"}]}
            """)
        #expect(found.count == 1)
        #expect(found.first?.contains("workflow.yaml:7:") == true, "\(found)")
    }

    @Test func `A type that nobody knows is refused as such`() async throws {
        let found = try await issues("modules:\n  - {name: x, type: http.sever}\n")
        #expect(found.count == 1)
        #expect(found[0].contains("unknown module type \"http.sever\""))
    }

    @Test(arguments: [
        ("type: static.fileserver\n    config: {root: /etc}", "/etc"),
        ("type: api.handler\n    config: {resourceName: x, seedFile: seed.json}", "seed.json"),
        ("type: dynamic.component\n    config: {source: ../../other.js}", "../../other.js"),
        ("type: jsonschema.modular\n    config: {schemas: {order: /etc/hostname}}", "/etc/hostname"),
    ])
    func `Files of the machine cannot be named`(module: String, path: String) async throws {
        let found = try await issues("modules:\n  - name: x\n    \(module)\n")
        #expect(found.contains { $0.contains("\"\(path)\" is a file, and there are none here") }, "\(found)")
    }

    @Test(arguments: [
        "modules:\n  - {name: x, type: eventlogger.modular, config: {output: file, path: log}}\n",
        "modules:\n  - {name: x, type: eventlogger.modular}\neventlogger: {output: file, path: log}\n",
    ])
    func `Events are not written to files`(yaml: String) async throws {
        let found = try await issues(yaml)
        #expect(found.count == 1)
        #expect(found[0].hasSuffix("output: workflows write no files here\n    hint: output: log"))
    }

    @Test func `Files cannot be included`() async throws {
        let found = try await issues("include: /etc/hostname\n")
        #expect(found.count == 1)
        #expect(found[0].contains("include works in files only"))
    }

    @Test func `More modules than the limit are refused at the first one too many`() async throws {
        var limits = DeploymentLimits()
        limits.modules = 2
        let found = try await issues(saying("hello"), limits: limits)
        #expect(found == ["workflow.yaml:7:5: error: modules[2]: there are 3 modules, more than the limit of 2"])
    }

    @Test func `A configuration that is too large is refused`() async throws {
        var limits = DeploymentLimits()
        limits.configurationBytes = 100
        let found = try await issues(saying("hello"), limits: limits)
        #expect(found == ["workflow.yaml: error: the configuration is larger than the limit of 100 bytes"])
    }

    @Test(arguments: ["", "w/a", "/", "/w/", "/w//a", "/w/../a", "/w/a b", "/w/%61"])
    func `Malformed paths are no mounts`(path: String) {
        #expect(throws: WorkflowError.self) { try DeploymentMount(path: path) }
    }

    @Test func `Private networks are out of reach whatever the configuration says`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("target", saying("hello")))
            let backend = "{backendServices: {api: \"http://127.0.0.1:\(engines.port)\"}, defaultBackend: api}"
            let proxy = application("type: http.proxy\n    config: \(backend)", path: "/{any...}")
            try await engines.manager.deploy(try deployment("a", proxy))
            let answer = try await engines.get("/w/a/w/target/hello")
            #expect(answer.status == 502)
            #expect(!answer.body.contains("127.0.0.1"))
        }
    }
}
