import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("auth.jwt: where revocations are kept")
struct RevocationTests {
    private static let book: JSONValue = ["name": "book", "type": "test.revocations"]

    private func run(
        _ store: any StateStore, _ body: (AuthApplication, RevocationBook) async throws -> Void
    ) async throws {
        try await AuthApplication.run(
            ["revocations": "book"], store: store, beside: [Self.book], of: [RevocationBook.self]
        ) { application async throws in
            let book = application.auth.context.services.find(RevocationBook.self, named: "book")
            try await body(application, try #require(book))
        }
    }

    @Test("The named module knows the tokens that were logged out, and the state store is not asked")
    func namedModule() async throws {
        let store = InMemoryStateStore()
        try await run(store) { application, book in
            await store.close()
            let token = ForgedToken.make(application.claims())
            let other = ForgedToken.make(application.claims("u2"))
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            let answer = try await application.send(.post, "/auth/logout", authorization: "Bearer \(token)")
            #expect(answer.status == 204)
            #expect(try await application.auth.authenticate(bearer: token) == nil)
            #expect(try await application.auth.authenticate(bearer: other) != nil)
            #expect(book.revoked == [TokenDigest(token).key: application.clock.now.advanced(by: .seconds(3600))])
        }
    }

    @Test("A token that another process revokes is refused when it is looked up again")
    func recheck() async throws {
        try await run(InMemoryStateStore()) { application, book in
            let token = ForgedToken.make(application.claims())
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            try await book.revoke(TokenDigest(token).key, until: application.clock.now.advanced(by: .seconds(3600)))
            application.clock.advance(by: .milliseconds(4999))
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            application.clock.advance(by: .milliseconds(1))
            #expect(try await application.auth.authenticate(bearer: token) == nil)
        }
    }

    @Test("When the module is out of reach, nobody is logged out, and later nobody knows whether a token is good")
    func unavailable() async throws {
        try await run(InMemoryStateStore()) { application, book in
            let token = ForgedToken.make(application.claims())
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            book.isAway = true
            let answer = try await application.send(.post, "/auth/logout", authorization: "Bearer \(token)")
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(try answer.json == ["error": "the storage is not available"])
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            application.clock.advance(by: .seconds(5))
            await #expect(throws: StoreError.self) { try await application.auth.authenticate(bearer: token) }
            book.isAway = false
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            #expect(book.revoked.isEmpty)
        }
    }

    @Test("A module that is not there or cannot do it is told, with its place")
    func wrongReferences() async throws {
        let cases = [
            ("boook", "there is no module \"boook\"; a token-revocation store is needed here"),
            ("other", "the module \"other\" (auth.jwt) is not a token-revocation store"),
        ]
        for (name, message) in cases {
            let yaml = """
                modules:
                  - name: book
                    type: test.revocations
                  - name: auth
                    type: auth.jwt
                    config:
                      secret: \(AuthApplication.secret)
                      revocations: \(name)
                  - {name: other, type: auth.jwt, config: {secret: \(AuthApplication.secret)}}
                """
            let engine = WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
                registry: ModuleRegistry([JWTAuthentication.self, RevocationBook.self]))
            let error = await #expect(throws: ConfigurationError.self) { try await engine.start() }
            let issue = try #require(error?.issues.first)
            #expect(error?.issues.count == 1)
            #expect((issue.location.line, issue.location.column) == (8, 20))
            #expect(issue.path == "modules[1].config.revocations")
            #expect(issue.message == message)
            let hint = name == "boook" ? "did you mean \"book\"?" : "the modules that fit are: book"
            #expect(issue.suggestion == hint)
        }
    }
}

/// Keeps revocations in memory, and can be out of reach.
private final class RevocationBook: WorkflowModule, TokenRevocations {
    struct Configuration: ConfigurationObject {
        static let fields: [ConfigurationField<Self>] = []
    }

    static let descriptor = ModuleDescriptor(
        type: "test.revocations", summary: "Keeps revocations.", provides: [.tokenRevocations])

    private struct State {
        var revoked: [String: Timestamp] = [:]
        var isAway = false
    }

    private let state = Mutex(State())

    init(configuration: Configuration, context: ModuleContext) {}

    var revoked: [String: Timestamp] { state.withLock { $0.revoked } }

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    func revoke(_ key: String, until end: Timestamp) async throws {
        try state.withLock { state in
            if state.isAway { throw StoreError(.unavailable, "away") }
            state.revoked[key] = end
        }
    }

    func isRevoked(_ key: String) async throws -> Bool {
        try state.withLock { state in
            if state.isAway { throw StoreError(.unavailable, "away") }
            return state.revoked[key] != nil
        }
    }
}
