import Foundation
import Testing
import WorkflowCore

@Suite("static.fileserver")
struct StaticFileServerModuleTests {
    private func withFiles(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("<html>start</html>".utf8).write(to: folder.appendingPathComponent("index.html"))
        try Data("let a = 1".utf8).write(to: folder.appendingPathComponent("app.js"))
        try await body(folder.path)
    }

    private func app(_ root: String, _ config: String = "", routes: String = "[]") -> String {
        web + """
              - {name: hello, type: http.handler}
              - name: files
                type: static.fileserver
                config: {root: "\(root)"\(config)}
            workflows:
              http:
                routes: \(routes)
            """
    }

    @Test func `serves files and, for pages, the index`() async throws {
        try await withFiles { root in
            let routes =
                "[{method: POST, path: /api/orders, handler: hello}, {method: GET, path: /api/a, handler: hello}]"
            try await withApplication(app(root, routes: routes)) { app async throws in
                let script = try await app.get("/app.js")
                #expect(script.text == "let a = 1")
                #expect(script["x-content-type-options"] == "nosniff")
                #expect(try await app.get("/").text == "<html>start</html>")
                let page = try await app.get("/some/page", headers: ["accept: text/html"])
                #expect(page.status == 200)
                #expect(page.text == "<html>start</html>")
                #expect(try await app.get("/missing.js", headers: ["accept: */*"]).status == 404)
                let unknown = try await app.get("/api/unknown", headers: ["accept: text/html"])
                #expect(unknown.status == 404)
                #expect(unknown["content-type"] == "application/problem+json")
                #expect(try await app.get("/api/a").status == 200)
                let wrongMethod = try await app.get("/api/orders", headers: ["accept: text/html"])
                #expect(wrongMethod.status == 405)
                #expect(wrongMethod["allow"] == "OPTIONS, POST")
            }
        }
    }

    @Test(arguments: ["/static", "/static/", "static"])
    func `the prefix may end with a slash or not`(prefix: String) async throws {
        try await withFiles { root in
            try await withApplication(app(root, ", prefix: \(prefix)")) { app async throws in
                #expect(try await app.get("/static/app.js").text == "let a = 1")
                #expect(try await app.get("/app.js").status == 404)
            }
        }
    }

    @Test func `without the fallback unknown pages are missing`() async throws {
        try await withFiles { root in
            try await withApplication(app(root, ", spaFallback: false")) { app async throws in
                #expect(try await app.get("/some/page", headers: ["accept: text/html"]).status == 404)
            }
        }
    }

    @Test func `a route of the configuration replaces its own`() async throws {
        try await withFiles { root in
            let routes = "[{method: GET, path: /app.js, handler: files}]"
            try await withApplication(app(root, routes: routes)) { app async throws in
                #expect(try await app.get("/app.js").text == "let a = 1")
                #expect(try await app.get("/index.html").status == 404)
            }
        }
    }

    @Test func `a route for all methods goes before it`() async throws {
        try await withFiles { root in
            try await withApplication(app(root, routes: "[{method: \"*\", path: /api/any, handler: hello}]")) {
                app async throws in
                #expect(try await app.get("/api/any").json["handler"]?.stringValue == "hello")
                #expect(try await app.get("/app.js").status == 200)
            }
        }
    }

    @Test func `a missing directory is told with its place`() async {
        let problem = await problems(of: app("/no/such/folder"))
        #expect(problem.contains("modules[3].config.root"))
        #expect(problem.contains("is not a directory"))
    }

    @Test func `two servers of one prefix are an error`() async throws {
        try await withFiles { root in
            let yaml =
                web + """
                      - {name: one, type: static.fileserver, config: {root: "\(root)"}}
                      - {name: two, type: static.fileserver, config: {root: "\(root)"}}
                    """
            #expect(await problems(of: yaml).contains("\"one\" serves files below / already"))
        }
    }
}
