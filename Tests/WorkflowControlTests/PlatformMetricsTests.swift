import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite("Metrics of a platform", .serialized)
struct PlatformMetricsTests {
    @Test("are on a listener of their own, with requests by the template of their route")
    func listener() async throws {
        let control = try ControlFixture()
        let server = try Program(
            "wfserver",
            [
                "platform", "--state", "data", "--address", "127.0.0.1:0", "--workflows-address", "127.0.0.1:0",
                "--metrics-address", "127.0.0.1:0",
            ],
            in: control.folder)
        try await eventually("the platform is ready") {
            try #require(server.isRunning, "\(server.standardError)")
            return server.standardOutput.contains("POST /api/v1/setup")
        }
        let addresses = server.standardOutput.matches(of: #/(http://127\.0\.0\.1:\d+)/#).map { String($0.1) }
        #expect(server.standardOutput.contains("Metrics are at \(addresses[2])/metrics."))
        #expect(try await get("\(addresses[0])/api/v1/companies/01890000-0000-7000-8000-000000000000").status == 401)
        #expect(try await get("\(addresses[0])/metrics").status == 404)
        #expect(try await get("\(addresses[2])/api/v1/setup").status == 404)
        let metrics = try await get("\(addresses[2])/metrics").text
        #expect(
            metrics.contains(
                "http_requests_total{method=\"GET\",path=\"/api/v1/companies/{id}\",status_code=\"401\"} 1"))
        #expect(
            metrics.contains("http_request_duration_seconds_count{method=\"GET\",path=\"/api/v1/companies/{id}\"} 1"))
        #expect(metrics.contains("\nprocess_resident_memory_bytes "))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    private func get(_ url: String) async throws -> (status: Int, text: String) {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), String(buffer: body))
    }
}
