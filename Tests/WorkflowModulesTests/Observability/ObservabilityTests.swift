import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct MetricsCollectorTests {
    private static func yaml(_ config: String = "") -> String {
        """
        modules:
          - {name: router, type: test.router}
          - {name: metrics, type: metrics.collector, config: {\(config)}}
          - {name: machines, type: statemachine.engine}
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , done: {isFinal: true}}
                transitions: {finish: {fromState: new, toState: done}}
        """
    }

    @Test func metricsHaveARoute() async throws {
        try await TestApplication.run(Self.yaml()) { app in
            _ = try await app.engine.invoke("order", action: "finish", data: ["id": "1"])
            let router = try app.engine.service(RouterModule.self)
            #expect(router.paths == ["/metrics"])
            let answer = try await router.get("/metrics")
            #expect(answer.status == 200)
            #expect(
                answer.text.contains(
                    #"workflow_executions_total{workflow_type="order",action="finish",status="success"} 1"#))
        }
    }

    @Test func aNamespaceIsPutBeforeTheNames() async throws {
        try await TestApplication.run(Self.yaml("namespace: shop, path: /internal/metrics")) { app in
            _ = try await app.engine.invoke("order", action: "finish", data: ["id": "1"])
            let text = try await app.engine.service(RouterModule.self).get("/internal/metrics").text
            #expect(text.contains("\nshop_workflow_executions_total{workflow_type=\"order\""))
            #expect(text.contains("# TYPE shop_workflow_executions_total counter\n"))
            #expect(!text.contains("\nworkflow_executions_total"))
        }
    }

    @Test func processMetricsKeepTheirNames() {
        let text = """
            # HELP process_open_fds Open file descriptors.
            # TYPE process_open_fds gauge
            process_open_fds 7
            # HELP a_total Things.
            # TYPE a_total counter
            a_total{x="process_y"} 1

            """
        let expected = text.replacing(" a_total", with: " shop_a_total").replacing("\na_total", with: "\nshop_a_total")
        #expect(String(decoding: MetricsNamespace("shop").applied(to: Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test func withoutARouterTheModuleIsStillAHandler() async throws {
        let yaml = Self.yaml().replacing("  - {name: router, type: test.router}\n", with: "")
        try await TestApplication.run(yaml) { app in
            let module = try app.engine.service(MetricsCollectorModule.self)
            let response = try await module.handle(ServerRequest(method: .get, target: "/m"))
            #expect(response.status == .ok)
        }
    }

    @Test(arguments: ["namespace: 1a", "namespace: a-b", "path: metrics"])
    func namesThatCannotBeAreRefused(config: String) async throws {
        #expect(try await TestApplication.issues(Self.yaml(config)).count == 1)
    }
}

@Suite struct HealthCheckerTests {
    private static let yaml = """
        modules:
          - {name: router, type: test.router}
          - {name: health, type: health.checker}
          - {name: events, type: messaging.broker}
          - {name: other, type: test.health}
        """

    private func run(
        _ clock: TestClock = TestClock(),
        _ body: (RouterModule, HealthReportModule, TestApplication) async throws -> Void
    ) async throws {
        var options = TestApplication.Options()
        options.clock = clock
        try await TestApplication.run(Self.yaml, options) { app in
            try await body(
                app.engine.service(RouterModule.self), app.engine.service(HealthReportModule.self), app)
        }
    }

    @Test func aHealthyApplicationSaysSo() async throws {
        try await run { router, _, _ in
            #expect(router.paths == ["/healthz", "/livez", "/readyz"])
            let health = try await router.get("/healthz")
            #expect(health.status == 200)
            #expect(
                try JSONValue(parsing: health.text) == [
                    "status": "healthy",
                    "checks": [
                        "store": ["status": "healthy"], "events": ["status": "healthy"], "other": ["status": "healthy"],
                    ],
                ])
            #expect(try await router.get("/readyz") == (200, #"{"status":"ready"}"#))
            #expect(try await router.get("/livez") == (200, #"{"status":"alive"}"#))
        }
    }

    @Test func whatIsUnhealthyIsNamedAndTheApplicationIsNotReady() async throws {
        try await run { router, other, _ in
            other.status = HealthStatus(.unhealthy, message: "the disk is full")
            let health = try await router.get("/healthz")
            #expect(health.status == 503)
            let report = try JSONValue(parsing: health.text)
            #expect(report["status"] == "unhealthy")
            #expect(report.value(at: "checks.other") == ["status": "unhealthy", "message": "the disk is full"])
            #expect(try await router.get("/readyz") == (503, #"{"status":"not_ready"}"#))
            #expect(try await router.get("/livez").status == 200)
        }
    }

    @Test func whatIsDegradedStillServes() async throws {
        try await run { router, other, _ in
            other.status = HealthStatus(.degraded, message: "slow")
            let health = try await router.get("/healthz")
            #expect(health.status == 200)
            #expect(try JSONValue(parsing: health.text)["status"] == "degraded")
            #expect(try await router.get("/readyz").status == 200)
        }
    }

    @Test func resultsAreUsedForTheInterval() async throws {
        let clock = TestClock()
        try await run(clock) { router, other, _ in
            for _ in 0..<5 { _ = try await router.get("/readyz") }
            #expect(other.checks.value == 1)
            clock.advance(by: .milliseconds(999))
            _ = try await router.get("/healthz")
            #expect(other.checks.value == 1)
            clock.advance(by: .milliseconds(1))
            _ = try await router.get("/healthz")
            #expect(other.checks.value == 2)
        }
    }

    @Test func concurrentProbesShareOneRound() async throws {
        try await run { router, other, _ in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await router.get("/readyz").status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(other.checks.value == 1)
        }
    }

    @Test func aCheckThatHangsCountsAsFailedInTime() async throws {
        let clock = TestClock()
        try await run(clock) { router, other, _ in
            other.status = HealthStatus(.healthy, message: "hang")
            async let answer = router.get("/healthz")
            try await waitUntil("the checks run") {
                // The timer of the check, and the removal of expired values.
                other.gate.waitingCount == 1 && clock.sleeperCount == 2
            }
            clock.advance(by: .seconds(2))
            let report = try JSONValue(parsing: try await answer.text)
            #expect(report.value(at: "checks.other.message")?.stringValue?.hasPrefix("No answer within") == true)
            #expect(report.value(at: "checks.store.status") == "healthy")
        }
    }

    @Test func theModuleAnswersAsAHandlerByTheEndOfThePath() async throws {
        try await run { _, _, app in
            let module = try app.engine.service(HealthCheckerModule.self)
            for (path, status) in [("/internal/livez", "alive"), ("/internal/readyz", "ready"), ("/health", "healthy")]
            {
                let response = try await module.handle(ServerRequest(method: .get, target: path))
                guard case .bytes(let bytes) = response.body else { throw WorkflowError(.internal, "no body") }
                #expect(try JSONValue(parsing: bytes)["status"] == .string(status))
            }
        }
    }

    @Test func afterTheStopProbesAreAnsweredAtOnce() async throws {
        let monitor = HealthMonitor(interval: .seconds(1), timeout: .seconds(1), clock: TestClock())
        #expect(await monitor.report().level == .unhealthy)
        monitor.begin([("a", ClosureHealthCheck {})])
        async let waiting = monitor.report()
        try await waitUntil("the probe waits") { monitor.waitingCount == 1 }
        monitor.end()
        #expect(await waiting.checks.first?.status.message == "The application is stopping.")
        #expect(await monitor.report().level == .unhealthy)
    }
}
