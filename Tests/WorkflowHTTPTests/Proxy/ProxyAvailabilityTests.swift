import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.proxy: which targets get requests", .timeLimit(.minutes(1)))
struct ProxyAvailabilityTests {
    @Test func `an open circuit keeps requests away until one has succeeded`() async throws {
        let clock = TestClock()
        let environment = quietEnvironment(clock: clock)
        let isBroken = SharedValue(true)
        let calls = SharedCount()
        let handler = ClosureHandler { _ in
            calls.value.add(1, ordering: .relaxed)
            return .text("answer", status: isBroken.value ? .serviceUnavailable : .ok)
        }
        try await withServer(handler) { server async throws in
            let yaml = """
                backendServices: {api: "http://127.0.0.1:\(server.port)"}
                defaultBackend: api
                circuitBreaker: {enabled: true, failureThreshold: 2, openTimeout: 30s}
                """
            try await withProxy(yaml, environment: environment) { app async throws in
                let check = app.engine.runningGeneration?.healthChecks.first { $0.name == "gateway backends" }?.check
                #expect(await check?.check() == .healthy)
                for _ in 0..<2 { #expect(try await app.get("/").text == "answer") }
                let refused = try await app.get("/")
                #expect(refused.status == 503)
                #expect(refused["retry-after"] == "30")
                #expect(refused.json["detail"] == "The upstream server is not available at present.")
                #expect(calls.value.load(ordering: .relaxed) == 2)
                #expect(await check?.check().level == .unhealthy)
                #expect(metrics(environment).contains("proxy_open_circuits{backend=\"api\"} 1"))

                clock.advance(by: .seconds(30))
                #expect(try await app.get("/").text == "answer")
                #expect(calls.value.load(ordering: .relaxed) == 3)
                #expect(try await app.get("/")["retry-after"] == "30")

                clock.advance(by: .seconds(30))
                isBroken.set(false)
                #expect(try await app.get("/").status == 200)
                #expect(try await app.get("/").status == 200)
                #expect(await check?.check() == .healthy)
                #expect(metrics(environment).contains("proxy_open_circuits{backend=\"api\"} 0"))
            }
        }
    }

    @Test func `targets that fail their checks get no requests`() async throws {
        let clock = TestClock()
        let isUp = SharedValue(true)
        let probes = SharedCount()
        let first = ClosureHandler { request in
            guard request.path == "/up" else { return .text("first") }
            probes.value.add(1, ordering: .relaxed)
            return .text("", status: isUp.value ? .ok : .internalServerError)
        }
        try await withServer(first) { one async throws in
            try await withServer(ClosureHandler { _ in .text("second") }) { two async throws in
                let yaml = """
                    backendServices: {api: ["http://127.0.0.1:\(one.port)", "http://127.0.0.1:\(two.port)"]}
                    defaultBackend: api
                    healthCheck: {enabled: true, interval: 10s, path: /up, unhealthyThreshold: 2}
                    """
                try await withProxy(yaml, environment: quietEnvironment(clock: clock)) { app async throws in
                    let check = app.engine.runningGeneration?.healthChecks
                        .first { $0.name == "gateway backends" }?.check
                    /// Lets each target be asked once more.
                    func askAgain() async throws {
                        let before = probes.value.load(ordering: .relaxed)
                        try await eventually {
                            clock.advance(by: .seconds(10))
                            return probes.value.load(ordering: .relaxed) > before
                        }
                    }
                    try await eventually { probes.value.load(ordering: .relaxed) > 0 }
                    #expect(await check?.check() == .healthy)
                    isUp.set(false)
                    let degraded = HealthStatus(.degraded, message: "api: 1 of 2 not available")
                    while await check?.check() != degraded { try await askAgain() }
                    for _ in 0..<3 { #expect(try await app.get("/").text == "second") }
                    isUp.set(true)
                    while await check?.check() != .healthy { try await askAgain() }
                    #expect(try await Set([app.get("/").text, app.get("/").text]) == ["first", "second"])
                }
            }
        }
    }

    @Test func `without a healthy target the client is told to come back`() async throws {
        let clock = TestClock()
        let handler = ClosureHandler { _ in .text("", status: .internalServerError) }
        try await withServer(handler) { server async throws in
            let yaml = """
                backendServices: {api: "http://127.0.0.1:\(server.port)"}
                defaultBackend: api
                healthCheck: {enabled: true, unhealthyThreshold: 1}
                """
            try await withProxy(yaml, environment: quietEnvironment(clock: clock)) { app async throws in
                let check = app.engine.runningGeneration?.healthChecks.first { $0.name == "gateway backends" }?.check
                try await eventually { await check?.check().level == .unhealthy }
                let response = try await app.get("/")
                #expect(response.status == 503)
                #expect(response["retry-after"] == "1")
            }
        }
    }

    private func metrics(_ environment: EngineEnvironment) -> String {
        String(decoding: environment.metrics.registry.render(), as: UTF8.self)
    }
}
