import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct S3StorageTests {
    /// A bucket in memory that takes only requests which are signed as they should be.
    private final class Bucket: Sendable {
        private static let signature = SignatureV4(
            accessKeyID: "AKID", secretAccessKey: "hidden", region: "eu-central-1")
        private let objects = Mutex<[String: (body: [UInt8], type: String)]>([:])

        func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
            guard request["authorization"] == authorization(request) else {
                return .init(status: 403, body: Array("<Error><Code>SignatureDoesNotMatch</Code></Error>".utf8))
            }
            return objects.withLock { objects in
                switch request.method {
                case "PUT":
                    objects[request.path] = (request.body, request["content-type"] ?? "")
                    return .init(headers: ["ETag": "\"e1\""])
                case "GET":
                    guard let object = objects[request.path] else {
                        return .init(status: 404, body: Array("<Error><Code>NoSuchKey</Code></Error>".utf8))
                    }
                    return .init(headers: ["Content-Type": object.type], body: object.body)
                default:
                    objects[request.path] = nil
                    return .init(status: 204)
                }
            }
        }

        private func authorization(_ request: LoopbackServer.Request) -> String? {
            let text = request["x-amz-date"] ?? ""
            guard text.utf8.count == 16, request["x-amz-content-sha256"] == SignatureV4.hash(request.body) else {
                return nil
            }
            let digits = Array(text)
            func part(_ range: Range<Int>) -> String { String(digits[range]) }
            let time = "\(part(0..<4))-\(part(4..<6))-\(part(6..<11)):\(part(11..<13)):\(part(13..<16))"
            let list = request["authorization"]?.split(separator: "SignedHeaders=").last?.prefix { $0 != "," } ?? ""
            let signed = request.headers.filter { list.split(separator: ";").contains($0.name[...]) }
            return Timestamp(rfc3339: time).map {
                Self.signature.authorization(
                    method: request.method, path: request.path,
                    headers: signed.map { FetchHeader(name: $0.name, value: $0.value) },
                    payloadHash: SignatureV4.hash(request.body), at: $0)
            }
        }
    }

    private static func yaml(_ url: String, _ keys: String = "") -> String {
        """
        modules:
          - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
          - name: archive
            type: storage.s3
            config: {bucket: orders, region: eu-central-1, endpoint: '\(url)', accessKeyId: AKID, \(keys)}
        workflows:
          messaging:
            subscriptions: [{topic: order.*, handler: archive}]
        """
    }

    private static let secret = "secretAccessKey: hidden"

    private func run(
        _ keys: String = secret, _ body: (TestApplication, any ExecutableComponent, LoopbackServer) async throws -> Void
    ) async throws {
        let bucket = Bucket()
        try await LoopbackServer.run({ bucket.answer($0) }) { server in
            try await TestApplication.run(Self.yaml(server.url, keys)) { app in
                let component = try app.engine.service((any ExecutableComponent).self, named: "archive")
                try await body(app, component, server)
            }
        }
    }

    @Test func objectsArePutReadAndDeleted() async throws {
        try await run("\(Self.secret), sessionToken: token/+=") { _, storage, server in
            let key: JSONValue = "a b/ü+(1)~$.json"
            let put = try await storage.execute(["operation": "put", "key": key, "json": ["n": 1]])
            #expect(put == ["operation": "put", "key": key, "etag": "\"e1\""])
            #expect(server.requests.first?.path == "/orders/a%20b/%C3%BC%2B%281%29~%24.json")
            #expect(server.requests.first?["x-amz-security-token"] == "token/+=")
            let get = try await storage.execute(["operation": "get", "key": key])
            #expect(get == ["operation": "get", "key": key, "contentType": "application/json", "json": ["n": 1]])
            let delete = try await storage.execute(["operation": "delete", "key": key])
            #expect(delete == ["operation": "delete", "key": key])
            let error = await #expect(throws: WorkflowError.self) {
                try await storage.execute(["operation": "get", "key": key])
            }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("404 (NoSuchKey)") == true)
        }
    }

    @Test func textAndBytesKeepTheirForm() async throws {
        try await run { _, storage, _ in
            _ = try await storage.execute(
                ["operation": "put", "key": "t", "content": "hello", "contentType": "text/csv"])
            let text = try await storage.execute(["operation": "get", "key": "t"])
            #expect(text["content"] == "hello")
            #expect(text["contentType"] == "text/csv")
            _ = try await storage.execute(["operation": "put", "key": "b", "contentBase64": "/wA="])
            #expect(try await storage.execute(["operation": "get", "key": "b"])["contentBase64"] == "/wA=")
        }
    }

    @Test func aMessageIsPutUnderItsKey() async throws {
        try await run("\(Self.secret), key: 'paid/${data.id}.json'") { app, storage, server in
            try await app.publish("order.paid", ["id": 7, "total": 9])
            try await waitUntil("the object is put") { !server.requests.isEmpty }
            let object = try await storage.execute(["operation": "get", "key": "paid/7.json"])
            #expect(object["json"] == ["id": 7, "total": 9])
            // So is an input that asks for nothing else.
            #expect(try await storage.execute(["id": 8])["key"] == "paid/8.json")
        }
    }

    @Test func aWrongKeyIsARefusalThatTellsNoSecret() async throws {
        try await run("secretAccessKey: confidential") { app, _, server in
            try await app.publish("order.paid", ["id": 7])
            let broker = try app.broker()
            try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
            let error = try #require(try await broker.deadLetters().first?.error)
            #expect(error.contains("status 403 (SignatureDoesNotMatch)"))
            #expect(!error.contains("confidential"))
            #expect(server.requests.count == 1)
        }
    }

    @Test func anObjectThatIsTooLargeIsNotRead() async throws {
        try await run("\(Self.secret), maxObjectSize: 4") { _, storage, _ in
            _ = try await storage.execute(["operation": "put", "key": "t", "content": "12345"])
            let error = await #expect(throws: WorkflowError.self) {
                try await storage.execute(["operation": "get", "key": "t"])
            }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test(
        arguments: [
            ["operation": "list", "key": "a"], ["operation": "get"], ["operation": "get", "key": ""],
            ["operation": "get", "key": "a/../b"], ["operation": "put", "key": "a"],
            ["operation": "put", "key": "a", "content": 1], ["operation": "put", "key": "a", "contentBase64": "*"],
            ["operation": "put", "key": "a", "content": "x", "json": 1],
            ["operation": "put", "key": "a", "content": "x", "contentType": "a\r\nb: c"],
        ] as [JSONValue])
    func inputsThatAskForNothingPossibleAreRefused(input: JSONValue) async throws {
        try await run { _, storage, server in
            let error = await #expect(throws: WorkflowError.self) { try await storage.execute(input) }
            #expect(error?.code == .invalidInput)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [
        ("bucket: a/b", "is no name of a bucket"),
        ("bucket: abc, endpoint: 'http://h/path'", "a scheme and a host only"),
        ("bucket: abc, region: 'eu west'", "is no name of a region"), ("bucket: abc, endpoint: h", "must be absolute"),
    ])
    func mistakesAreTold(keys: String, problem: String) async throws {
        let issues = try await TestApplication.issues(
            "modules: [{name: a, type: storage.s3, config: {accessKeyId: A, secretAccessKey: b, \(keys)}}]")
        #expect(issues.count == 1)
        #expect(issues.first?.contains(problem) == true, "\(issues)")
    }

    @Test(arguments: [
        ("orders", "", nil, "https://orders.s3.eu-west-1.amazonaws.com/k"),
        ("or.ders", "", nil, "https://s3.eu-west-1.amazonaws.com/or.ders/k"),
        ("orders", "http://localhost:9000", nil, "http://localhost:9000/orders/k"),
        ("orders", "http://localhost:9000", false, "http://orders.localhost:9000/k"),
    ])
    func theBucketStandsInTheHostOrInThePath(
        bucket: String, endpoint: String, pathStyle: Bool?, url: String
    ) throws {
        var configuration = S3StorageModule.Configuration()
        configuration.bucket = bucket
        configuration.region = "eu-west-1"
        configuration.endpoint = endpoint
        configuration.pathStyle = pathStyle
        let request = try S3Bucket(configuration).request("GET", key: "k", at: Timestamp(seconds: 0))
        #expect(request.url == url)
    }
}
