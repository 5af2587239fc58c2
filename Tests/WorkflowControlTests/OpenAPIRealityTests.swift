import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestServices
import Testing
import WorkflowCore
import WorkflowModules

@Suite("What wfctl api describes is what servers answer", .serialized)
struct OpenAPIRealityTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    /// An operation of a document.
    private struct Operation {
        let method: String
        let path: String
        let value: JSONValue
    }

    @Test(
        "each GET of an example gets an answer that the document names, with the content that it describes",
        arguments: ["store", "state-machine-api"])
    func reading(_ example: String) async throws {
        let port = try FreePort.next()
        let variables = [
            "HOST": "127.0.0.1", "PORT": "\(port)", "JWT_SECRET": "only-for-tests-0123456789",
            "STEP_LATENCY_MIN": "1", "STEP_LATENCY_MAX": "2",
        ]
        let folder = "\(fixture.folder)/\(example)"
        try FileManager.default.copyItem(
            atPath: "\(Program.packageFolder)/Examples/\(example)", toPath: folder)
        let described = try Program("wfctl", ["api", "-o", "json"], in: folder, environment: variables)
        try #require(try await described.exitStatus() == 0, "\(described.standardError)")
        let document = try JSONValue(parsing: described.standardOutput)
        let url = "http://127.0.0.1:\(port)"
        #expect(document["servers"] == [["url": .string(url)]])
        let server = try Program(
            "wfserver", ["run", "workflow.yaml", "--management-address", "127.0.0.1:0"], in: folder,
            environment: variables)
        try await eventually("the server is ready") {
            try #require(server.isRunning, "\(server.standardError)")
            return server.standardOutput.contains("token in")
        }
        var known: [String: String] = [:]
        // What is created makes the rest of the paths lead to something.
        for operation in Self.operations(document, "post") {
            let answer = try await send(operation, to: url, document, known)
            if let token = answer?["token"]?.stringValue { known["token"] = token }
            if let identifier = answer?["id"]?.stringValue { known["id"] = identifier }
        }
        let reading = Self.operations(document, "get")
        #expect(reading.count >= 2)
        for operation in reading {
            try await send(operation, to: url, document, known)
            try await send(operation, to: url, document, [:])
        }
        #expect(known["id"] != nil)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    private static func operations(_ document: JSONValue, _ method: String) -> [Operation] {
        (document["paths"]?.objectValue ?? [:]).compactMap { path, item in
            item[method].map { Operation(method: method, path: path, value: $0) }
        }
    }

    /// Makes the request of an operation, compares the answer with the description, and returns what it holds.
    @discardableResult
    private func send(
        _ operation: Operation, to url: String, _ document: JSONValue, _ known: [String: String]
    ) async throws -> JSONValue? {
        var path = operation.path
        for parameter in operation.value["parameters"]?.arrayValue ?? [] where parameter["in"] == "path" {
            let name = parameter["name"]?.stringValue ?? ""
            path = path.replacing("{\(name)}", with: known[name] ?? "nothing")
        }
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: operation.method.uppercased())
        if let token = known["token"] { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if operation.method == "post" {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: #"{"email": "a@example.com", "password": "correct horse"}"#))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Array(try await response.body.collect(upTo: 1 << 22).readableBytesView)
        let what: Comment = "\(operation.method) \(path) was answered with \(response.status)"
        let answer = try #require(operation.value.at("responses", "\(response.status.code)"), what)
        guard !bytes.isEmpty else { return nil }
        let type = response.headers.first(name: "content-type") ?? ""
        let content = try #require(answer["content"]?.objectValue, what)
        let media = try #require(
            content[type] ?? content[String(type.prefix { $0 != ";" })] ?? content["*/*"], "\(what): \(type)")
        guard type.contains("json"), let schema = media["schema"] else { return nil }
        let value = try JSONValue(parsing: bytes)
        let whole: JSONValue = ["components": document["components"] ?? [:], "allOf": [schema]]
        let compiled = try JSONSchema(whole)
        #expect(!compiled.isValid("something else"), what)
        let violations = compiled.violations(in: value)
        #expect(violations.isEmpty, "\(what): \(violations)")
        return value
    }
}
