import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Requests that are not as they must be, for every route of the table.
@Suite(.timeLimit(.minutes(5))) struct HostileRequestTests {
    private static let bodies: [[UInt8]] =
        [
            "null", "[]", "1", "\"x\"", "{", "{\"name\": \"a\",}", "{'name': 'a'}", "{\"name\": NaN}", "{} x",
            "\u{FEFF}{}", "{\"a\": 1, \"a\": 2}", "{\"a\": 1, \"\\u0061\": 2}", "{\"name\": \"\\ud800\"}",
            "{\"name\": 1e999999}", "{\"__proto__\": {}}", "{\"name\": {\"$ne\": null}}", "{\"no such member\": 1}",
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 5_000),
        ].map { Array($0.utf8) } + [
            [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], Array("{\"name\": \"".utf8) + [0xC0, 0xAE, 0x22, 0x7D],
            Array(repeating: 0x20, count: (1 << 20) + 1),
        ]
    private static let segments = [
        "..", "%2e%2e", "%252e", "%2F", "%5C", "%00", "'", "%27%20OR%201=1", "*", "null", "-1", "%C0%AF", "%ff", "%",
        "00000000-0000-0000-0000-00000000000G", "{id}", String(repeating: "a", count: 5_000),
    ]

    @Test(arguments: APIRoutes.all.filter { $0.body != nil }.map(\.name))
    func bodiesThatAreNoneAreRefused(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        try await TestPlatform.with {
            ($0.loginAttempts, $0.loginAttemptsPerAddress) = (1_000_000, 1_000_000)
        } _: { (test) async throws in
            let world = try await RouteWalkTests.World.make(keyOf: .owner, test)
            let (token, session) = try await world.caller(.owner, route, test)
            let path = try world.path(route, session: session)
            let before = try await Digest.make(of: world.tenant.company, test)
            for body in Self.bodies {
                let answer = try await Self.send(route, path, token, body, test)
                let place = "\(name): \(String(decoding: body.prefix(60), as: UTF8.self))"
                #expect([400, 413].contains(answer.status), "\(place): \(answer.status) \(answer.text)")
                #expect(answer.headers[.contentType] == "application/problem+json", "\(place)")
            }
            #expect(try await Digest.make(of: world.tenant.company, test) == before)
        }
    }

    @Test(arguments: APIRoutes.all.filter { !$0.pathParameters.isEmpty }.map(\.name))
    func whatIsNoIdentifierIsNotFound(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        try await TestPlatform.with { (test) async throws in
            let world = try await RouteWalkTests.World.make(keyOf: .owner, test)
            let (token, session) = try await world.caller(.owner, route, test)
            let path = try world.path(route, session: session)
            for (index, segment) in route.path.split(separator: "/").enumerated() where segment.hasPrefix("{") {
                // A short name of a secret may be any word.
                guard route.parameters[String(segment.dropFirst().dropLast())] == nil else { continue }
                for hostile in Self.segments {
                    var parts = path.split(separator: "/").map(String.init)
                    parts[index] = hostile
                    let answer = try await Self.send(
                        route, "/" + parts.joined(separator: "/"), token, route.body == nil ? [] : Array("{}".utf8),
                        test)
                    #expect(
                        [400, 404].contains(answer.status), "\(name) with \(hostile): \(answer.status) \(answer.text)")
                }
            }
        }
    }

    private static func send(
        _ route: APIRoute, _ path: String, _ token: String?, _ body: [UInt8], _ test: TestPlatform
    ) async throws -> TestAnswer {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let token { headers[.authorization] = "Bearer \(token)" }
        let request = ServerRequest(
            method: route.method, target: APIPath.prefix + path, headers: headers, remoteAddress: "192.0.2.1",
            receivedAt: test.clock.now, body: RequestBody(bytes: body))
        do {
            return try await TestAnswer(test.platform.handler.handle(request))
        } catch let error as HTTPError {
            return try await TestAnswer(error.response)
        }
    }
}
