import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

extension TwoTenantTests {
    /// Sends requests and checks what they have done and told.
    struct Checker {
        let dump: TenantDump
        let before: [String]
        let mark: String
        let seed: UInt64
        let test: TestPlatform
        private var sent = 0
        /// How many answers have been compared with those about nothing.
        private(set) var compared = 0
        /// How many requests have done what they asked for.
        private(set) var succeeded = 0
        /// What has been sent, and may come back.
        private var told: Set<String> = []

        /// Fields that differ from answer to answer.
        private static let volatile: Set<String> = ["x-request-id", "ratelimit-remaining", "ratelimit-reset", "date"]
        /// Where anybody must be able to begin a sign-in with a provider, so that it cannot be hidden
        /// that there is one.
        private static let beginnings: Set<String> = ["beginSignOn", "completeSignOn"]

        init(dump: TenantDump, before: [String], mark: String, seed: UInt64, test: TestPlatform) {
            (self.dump, self.before, self.mark, self.seed, self.test) = (dump, before, mark, seed, test)
        }

        /// Sends a request.
        ///
        /// - Returns: Whether all is well.
        mutating func check(
            _ request: RandomRequest, token: String?, as who: RouteWalkTests.Who, _ random: inout SeededGenerator
        ) async throws -> Bool {
            // Programs of all the world show what they have there, and what is refused is put on record.
            guard request.route.name != "createProgramToken" else { return true }
            sent += 1
            let place = "seed \(seed), request \(sent), \(request.route.name) as \(who): \(request.text)"
            let answer = try await send(request, token)
            if answer.status < 300 { succeeded += 1 }
            guard answer.status < 500 || answer.status == 503 else {
                Issue.record("\(place) is answered with \(answer.status): \(answer.text)")
                return false
            }
            told.formUnion(dump.identifiers.filter { request.text.contains($0) })
            let shown = answer.text + answer.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            let leaked = dump.identifiers.subtracting(told).first { shown.contains($0) }
            guard leaked == nil, !shown.contains(mark) else {
                Issue.record("\(place) tells \(leaked ?? mark): \(shown)")
                return false
            }
            guard try await isUntouched(place) else { return false }
            return try await compare(request, answer, token, place, &random)
        }

        private func isUntouched(_ place: String) async throws -> Bool {
            let after = try await dump.rows(test.services.database)
            guard after != before else { return true }
            let gone = Set(before).subtracting(after).sorted()
            let new = Set(after).subtracting(before).sorted()
            Issue.record("\(place) has changed rows of others\ngone: \(gone)\nnew: \(new)")
            return false
        }

        /// Whether a request about things of others is answered as one about nothing.
        private mutating func compare(
            _ request: RandomRequest, _ answer: TestAnswer, _ token: String?, _ place: String,
            _ random: inout SeededGenerator
        ) async throws -> Bool {
            guard !Self.beginnings.contains(request.route.name) else { return true }
            // What was done once may be answered differently the second time.
            guard answer.status >= 400 || request.route.method == .get else { return true }
            var phantoms = Phantoms()
            let text = request.body?.jsonString()
            var twin = request
            twin.path = phantoms.replacing(request.path, dump.identifiers, &random)
            twin.query = phantoms.replacing(request.query, dump.identifiers, &random)
            if let text { twin.body = try JSONValue(parsing: phantoms.replacing(text, dump.identifiers, &random)) }
            guard twin.text != request.text else { return true }
            compared += 1
            let other = try await send(twin, token)
            let (real, phantom) = (Self.comparable(answer), phantoms.restoring(Self.comparable(other)))
            guard real != phantom else { return true }
            Issue.record("\(place) is answered differently from one about nothing:\n\(real)\nbut\n\(phantom)")
            return false
        }

        private static func comparable(_ answer: TestAnswer) -> String {
            let fields = answer.headers.filter { !volatile.contains($0.name.canonicalName) }
            return "\(answer.status) \(fields.map { "\($0.name): \($0.value)" }.sorted()) \(answer.text)"
        }

        private func send(_ request: RandomRequest, _ token: String?) async throws -> TestAnswer {
            let query = request.query.isEmpty ? "" : "?\(request.query)"
            return try await test.send(
                request.route.method, request.path + query, token: token, request.body, headers: request.headers)
        }
    }
}
