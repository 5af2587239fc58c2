import Foundation
import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application with one `jsonschema.modular` module.
struct JSONSchemaApplication: Sendable {
    let module: JSONSchemaModule

    /// Runs an application.
    ///
    /// - Parameters:
    ///   - config: The configuration of the module in YAML, indented by two spaces.
    ///   - files: The texts of files beside the configuration by name.
    static func run(
        _ config: String, files: [String: String] = [:], _ body: (JSONSchemaApplication) async throws -> Void
    ) async throws {
        try await withFolder(files) { folder in
            let engine = WorkflowEngine(
                configuration: try configuration(config, folder), registry: ModuleRegistry([JSONSchemaModule.self]),
                environment: EngineEnvironment(logger: .quiet))
            try await engine.start()
            do {
                try await body(JSONSchemaApplication(module: try engine.service(JSONSchemaModule.self)))
            } catch {
                await engine.stop()
                throw error
            }
            await engine.stop()
        }
    }

    /// What is wrong with a configuration, without the folder of its file.
    static func issues(_ config: String, files: [String: String] = [:]) async throws -> [String] {
        try await withFolder(files) { folder in
            do {
                try await WorkflowEngine.validate(
                    try configuration(config, folder), registry: ModuleRegistry([JSONSchemaModule.self]),
                    environment: EngineEnvironment(logger: .quiet))
                return []
            } catch let error as ConfigurationError {
                return error.issues.map { $0.description.replacing("\(folder)/", with: "") }
            }
        }
    }

    private static func configuration(_ config: String, _ folder: String) throws -> ApplicationConfiguration {
        let indented = config.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return try ApplicationConfiguration(
            yaml: "modules:\n  - name: check\n    type: jsonschema.modular\n    config:\n\(indented)\n",
            file: "\(folder)/app.yaml")
    }

    private static func withFolder<Result>(
        _ files: [String: String], _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("schemas-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        return try await body(folder.path)
    }

    /// Sends a request through the module to a handler that answers with the body it gets.
    func send(
        _ method: HTTPRequest.Method, _ body: String, type: String? = "application/json", route: String = "/orders"
    ) async throws -> ResourceAnswer {
        var headers = HTTPFields()
        headers[.contentType] = type
        var request = ServerRequest(
            method: method, target: "/orders", headers: headers, body: RequestBody(source: ChunkSource(body)))
        request.routePattern = route
        request.parameters.append(name: "id", value: "7")
        request.id = "r1"
        request.principal = Principal(id: "ada")
        let echo = ClosureHandler { request in
            #expect(request.routePattern == route && request.parameters["id"] == "7" && request.id == "r1")
            #expect(request.principal?.id == "ada")
            return ServerResponse(body: .bytes(try await request.body.collect(upTo: 1 << 20)))
        }
        return ResourceAnswer(try await module.handle(request, next: echo))
    }
}

/// A body that arrives in pieces and can be read once.
private actor ChunkSource: RequestBodySource {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8)[...]
    }

    func nextChunk() async throws -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst(5) }
        return Array(rest.prefix(5))
    }
}
