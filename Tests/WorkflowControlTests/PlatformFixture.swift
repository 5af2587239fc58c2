import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

/// A platform that has been set up, and `wfctl` beside it.
final class PlatformFixture: Sendable {
    static let password = "correct horse battery"
    static let email = "ada@acme.example"

    /// A workflow that answers.
    static let workflow = """
        name: orders
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: hello, type: http.handler, config: {contentType: text/plain}}
        workflows:
          http:
            routes: [{method: GET, path: /hello, handler: hello}]

        """

    let control: ControlFixture
    let server: Program
    /// The address of the API.
    let url: String
    /// Where the deployed workflows are.
    let workflows: String

    /// Starts a platform; its owner has the company Acme.
    init(isSetUp: Bool = true) async throws {
        control = try ControlFixture()
        try control.write(Self.workflow, "orders.yaml")
        let server = try Program(
            "wfserver",
            [
                "platform", "--state", "data", "--address", "127.0.0.1:0", "--workflows-address", "127.0.0.1:0",
                "--registration", "open",
            ],
            in: control.folder)
        self.server = server
        try await eventually("the platform is ready") {
            try #require(server.isRunning, "\(server.standardError)")
            return server.standardOutput.contains("POST /api/v1/setup")
        }
        let addresses = server.standardOutput.matches(of: #/(http://127\.0\.0\.1:\d+)/#).map { String($0.1) }
        (url, workflows) = (addresses[0], addresses[1])
        if isSetUp { try await setUp() }
    }

    /// Makes the first user.
    func setUp() async throws {
        let token = try #require(server.standardOutput.firstMatch(of: #/wfs_[\w-]+/#)).0
        _ = try await post(
            "/setup",
            [
                "token": .string(String(token)), "email": .string(Self.email), "password": .string(Self.password),
                "display_name": "Ada", "company_name": "Acme",
            ])
    }

    /// Signs in as the owner, and makes the project Shop with the workflow Orders.
    func withWorkflow() async throws {
        try await login()
        for arguments in [
            ["organizations", "create", "Main"], ["projects", "create", "Shop"], ["projects", "use", "acme/shop"],
            ["workflows", "create", "Orders", "--file", "orders.yaml"],
        ] {
            let result = try await wfctl(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
    }

    /// Signs in with a password.
    @discardableResult
    func login(
        _ context: String = "ada", _ email: String = PlatformFixture.email, password: String = PlatformFixture.password,
        _ more: String...
    ) async throws -> ControlFixture.Result {
        try await wfctl(["login", context, "--server", url, "--email", email] + more, input: "\(password)\n")
    }

    /// Has somebody accept an invitation, and signs them in with a context of their name.
    ///
    /// - Parameters:
    ///   - role: The role that they are invited to.
    ///   - scope: Options that say on what; the company by default. The context of the owner is used.
    func invite(_ name: String, _ role: String, _ scope: String...) async throws {
        let before = invitationTokens.count
        let result = try await wfctl(
            ["invitations", "create", "\(name)@acme.example", "--role", role, "--context", "ada"] + scope)
        #expect(result.status == 0, "\(result.errors)")
        try await eventually("the invitation is sent") { invitationTokens.count > before }
        let answer = try await post(
            "/auth/register",
            [
                "email": .string("\(name)@acme.example"), "password": .string(Self.password),
                "display_name": .string(name), "invitation_token": .string(try #require(invitationTokens.last)),
            ])
        #expect(answer.status < 300, "\(answer.data)")
        #expect(try await login(name, "\(name)@acme.example").status == 0)
    }

    private var invitationTokens: [String] {
        server.standardOutput.matches(of: #/token=(wfi_[\w-]+)/#).map { String($0.1) }
    }

    /// Runs `wfctl`.
    func wfctl(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> ControlFixture.Result {
        try await wfctl(arguments, input: input, environment: environment)
    }

    /// Runs `wfctl`.
    func wfctl(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> ControlFixture.Result {
        try await control.run(arguments: arguments, environment: environment, input: input)
    }

    /// Starts `wfctl` for a command that goes on.
    func follow(_ arguments: String...) throws -> Program {
        try Program(
            "wfctl", arguments, in: control.folder,
            environment: [
                "WFCTL_SERVER": "", "WFCTL_TOKEN": "", "WFCTL_CONTEXT": "",
                "XDG_CONFIG_HOME": "\(control.folder)/other",
            ])
    }

    /// What is kept with a context.
    func entry(_ context: String) throws -> JSONValue {
        let text = try String(contentsOfFile: contextsPath, encoding: .utf8)
        return try #require(try JSONValue(parsing: text)["contexts"]?[context])
    }

    /// Changes what is kept with a context.
    func change(_ context: String, _ key: String, _ value: JSONValue) throws {
        var document = try JSONValue(parsing: try String(contentsOfFile: contextsPath, encoding: .utf8))
        document["contexts"]?[context]?[key] = value
        try document.jsonString().write(toFile: contextsPath, atomically: false, encoding: .utf8)
    }

    var contextsPath: String { "\(control.folder)/config/wfctl/contexts.json" }

    /// Makes a request to the API.
    ///
    /// - Returns: The status, and what is under `data`.
    @discardableResult
    func post(_ path: String, _ body: JSONValue?, token: String? = nil, method: String = "POST") async throws
        -> (status: Int, data: JSONValue)
    {
        var request = HTTPClientRequest(url: "\(url)/api/v1\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.jsonString()))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return (Int(response.status.code), text.isEmpty ? .null : try JSONValue(parsing: text)["data"] ?? .null)
    }

    /// What a deployed workflow answers.
    func call(_ path: String) async throws -> Int {
        Int(
            try await HTTPClient.shared.execute(HTTPClientRequest(url: workflows + path), timeout: .seconds(60)).status
                .code)
    }

    /// Ends the platform.
    func stop() async throws {
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }
}
