import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct DeliveryPolicyTests {
    private let policy = DeliveryPolicy(maxRetries: 2)

    @Test(arguments: [200, 202, 204, 299])
    func aSuccessIsDelivered(status: Int) {
        #expect(policy.verdict(on: 1, status: status, retryAfter: nil, random: 1) == .delivered)
    }

    @Test(arguments: [301, 302, 307, 400, 401, 403, 404, 409, 410, 422])
    func anAnswerThatWouldStayTheSameIsNotRepeated(status: Int) {
        #expect(policy.verdict(on: 1, status: status, retryAfter: .seconds(1), random: 1) == .refused)
    }

    @Test(arguments: [nil, 408, 425, 429, 500, 502, 503, 504])
    func otherFailuresAreRepeatedUntilThereWereEnough(status: Int?) {
        #expect(policy.verdict(on: 1, status: status, retryAfter: nil, random: 1) == .retry(after: .seconds(1)))
        #expect(policy.verdict(on: 2, status: status, retryAfter: nil, random: 1) == .retry(after: .seconds(2)))
        #expect(policy.verdict(on: 3, status: status, retryAfter: nil, random: 1) == .exhausted)
    }

    @Test func waitsDoubleUpToTheirLimitAndAreRandomParts() {
        let policy = DeliveryPolicy(maxRetries: 20)
        #expect(policy.verdict(on: 6, status: 500, retryAfter: nil, random: 1) == .retry(after: .seconds(32)))
        #expect(policy.verdict(on: 7, status: 500, retryAfter: nil, random: 1) == .retry(after: .seconds(60)))
        #expect(policy.verdict(on: 7, status: 500, retryAfter: nil, random: 0.25) == .retry(after: .seconds(15)))
    }

    @Test func theReceiverMayAskForALongerWaitButNotForAnyWait() {
        #expect(policy.verdict(on: 1, status: 503, retryAfter: .seconds(90), random: 1) == .retry(after: .seconds(90)))
        #expect(policy.verdict(on: 1, status: 503, retryAfter: .zero, random: 1) == .retry(after: .seconds(1)))
        #expect(policy.verdict(on: 1, status: 503, retryAfter: .seconds(301), random: 1) == .exhausted)
    }

    @Test(arguments: [
        ("120", Duration.seconds(120)), ("0", .zero), ("-1", nil), ("soon", nil),
        ("Mon, 05 Jan 2026 09:00:30 GMT", .seconds(30)), ("Mon, 05 Jan 2026 08:00:00 GMT", .zero),
        ("Mon, 05 Foo 2026 09:00:30 GMT", nil), ("99999999999999999999", nil),
    ])
    func retryAfterIsSecondsOrADate(text: String, wait: Duration?) {
        let response = FetchResponse(
            status: 503, headers: [FetchHeader(name: "retry-after", value: text)], body: [])
        #expect(response.retryAfter(now: Timestamp(seconds: 1_767_603_600)) == wait)
    }

    @Test func messagesTellNeitherPathNorQuery() async throws {
        struct Silent: FetchTransport {
            func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
                throw WorkflowError(.unavailable, "no answer from \(request.url)")
            }
        }
        let place = try FetchPlace.parse("https://hooks.example.com:8443/T0/secret?key=secret").place
        let delivery = OutboundDelivery(
            to: place, policy: DeliveryPolicy(maxRetries: 0), environment: EngineEnvironment(logger: .quiet),
            logger: .quiet, transport: Silent())
        let error = await #expect(throws: WorkflowError.self) {
            try await delivery.send(limit: 10) { _ in
                FetchRequest(method: "POST", url: "https://hooks.example.com:8443/T0/secret", headers: [], body: [])
            }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.description == "https://hooks.example.com:8443 has not answered in 1 attempt")
    }
}
