import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct PlatformMetricsTests {
    /// The lines of the metrics without those that explain them.
    private func metrics(of test: TestPlatform) async throws -> [String] {
        let request = ServerRequest(
            method: .get, target: "/metrics", remoteAddress: "127.0.0.1", receivedAt: test.clock.now,
            body: RequestBody(bytes: []))
        let answer = try await TestAnswer(test.platform.metrics.handle(request))
        #expect(answer.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        return answer.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test func whatThePlatformDoesIsCounted() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(logging, tenant, test)
            #expect(try await workflow.deploy().status == 200)
            let other = try await TestWorkflow.make(saying("one"), name: "Other", tenant, test)
            _ = try await other.deploy()
            _ = try await other.send(.post, "/stop")
            _ = try await test.call(workflow.id, "/hello?message=one")
            try await until {
                let lines = try await metrics(of: test)
                return lines.contains("platform_log_lines_waiting 0")
                    && !lines.contains("platform_log_lines_total{outcome=\"recorded\"} 0")
            }
            let lines = try await metrics(of: test)
            for line in [
                "platform_workflows{state=\"running\"} 1", "platform_workflows{state=\"stopped\"} 1",
                "platform_workflows{state=\"failed\"} 0", "platform_log_lines_total{outcome=\"lost\"} 0",
                "platform_streams_open 0", "platform_mails_waiting 0", "platform_mails_total{outcome=\"failed\"} 0",
                "platform_executions_waiting 0", "platform_execution_details_dropped_total 0",
                "workflow_platform_link_events_total{outcome=\"dead\"} 0",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
            let text = lines.joined()
            for name in [tenant.company.text, workflow.id.text, "Alpha", "alpha", "Other"] {
                #expect(!text.contains(name))
            }
        }
    }

    /// They are no part of what everybody reaches.
    @Test func theAPIHasNoMetrics() async throws {
        try await TestPlatform.withTenant { (test, _) async throws in
            for path in ["/metrics", "/api/v1/metrics"] {
                let request = ServerRequest(
                    method: .get, target: path, remoteAddress: "192.0.2.1", receivedAt: test.clock.now,
                    body: RequestBody(bytes: []))
                #expect(try await test.platform.handler.handle(request).status == .notFound)
            }
        }
    }
}
