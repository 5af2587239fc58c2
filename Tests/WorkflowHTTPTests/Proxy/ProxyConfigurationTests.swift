import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("http.proxy: configuration")
struct ProxyConfigurationTests {
    private let base = "backendServices: {users: \"http://u:1\", orders: \"http://o:2\"}\n"

    @Test(arguments: [
        ("default_backend: user", "<config>:11:24", "there is no backend \"user\"", "did you mean \"users\"?"),
        ("routes: {/a/*: nobody}", "<config>:11:22", "there is no backend \"nobody\"", ""),
        (
            "composite_routes: {/a: {backends: [users], strategy: select}}", "<config>:11:60",
            "must be one of first-success, merge, sequential, is \"select\"", ""
        ),
        ("compositeRoutes: {/a: {backends: []}}", "<config>:11:25", "no backend is named", ""),
        ("routes: {a: users}", "<config>:11:16", "a pattern begins with '/'", ""),
        (
            "routes: {\"/a/{x}\": users, \"/a/:y\": users}", "<config>:11:33",
            "some requests match both /a/{x} and /a/:y", ""
        ),
        ("cache_enabled: true", "<config>:11:22", "the proxy does not keep responses", "remove the key"),
        ("cache_ttl: 5m", "<config>:11:18", "the proxy does not keep responses", "remove the key"),
        ("timeout: 0", "<config>:11:16", "must be longer than zero", ""),
        ("forward_headers: [\"a b\"]", "<config>:11:24", "\"a b\" is not the name of a header field", ""),
        ("health_check: {path: x}", "<config>:11:28", "\"x\" is not a path", ""),
        ("health_check: {endpoints: {x: /up}}", "<config>:11:34", "there is no backend \"x\"", ""),
        ("circuit_breaker: {failure_threshold: 0}", "<config>:11:44", "must be at least 1, is 0", ""),
        ("upgrades: [h2c]", "<config>:11:17", "h2c would hide requests", ""),
        ("retrie: 1", "<config>:11:7", "unknown key \"retrie\"", "did you mean \"retries\"?"),
    ])
    func `what is wrong is told with its place`(
        line: String, place: String, message: String, hint: String
    ) async {
        let problem = await proxyProblems(base + line)
        #expect(problem.contains(place), "\(problem)")
        #expect(problem.contains(message), "\(problem)")
        #expect(problem.contains(hint), "\(problem)")
    }

    @Test(arguments: [
        ("ftp://x", "must be a URL such as http://127.0.0.1:9001"), ("http://", "has no valid host"),
        ("http://x:0", "has a port that is none"), ("http://x:99999", "has a port that is none"),
        ("http://x/a?b", "must not have a query, a fragment or a blank"),
        ("http://user:secret@x", "must not hold a user or a password"), ("http://a b", "has no valid host"),
    ])
    func `a backend is a URL`(url: String, reason: String) async {
        let problem = await proxyProblems("backendServices: {a: \"\(url)\"}")
        #expect(problem.contains(reason), "\(problem)")
        #expect(!problem.contains("secret"))
        #expect(problem.contains("<config>:10:28"), "\(problem)")
    }

    @Test(arguments: [
        ("http://h", "h", 80, false, ""), ("https://h/a/b/", "h", 443, true, "/a/b"),
        ("HTTP://[::1]:8080", "::1", 8080, false, ""), ("http://h:81/", "h", 81, false, ""),
    ])
    func `URLs are taken apart`(text: String, host: String, port: Int, isSecure: Bool, path: String) throws {
        let url = try BackendURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.isSecure == isSecure)
        #expect(url.basePath == path)
    }

    @Test func `keys that say what is the case are fine`() async {
        #expect(
            await proxyProblems(base + "defaultBackend: users\ncache_enabled: false\ncache_ttl: 60s\ntimeout: 30") == ""
        )
    }

    @Test func `a proxy without backends is none`() async {
        #expect(await proxyProblems("routes: {}").contains("missing key \"backendServices\""))
        #expect(await proxyProblems("backendServices: {}").contains("there is no backend"))
    }

    @Test func `several routers make it say which one is meant`() async {
        let yaml = """
            modules:
              - {name: server, type: http.server, config: {address: "127.0.0.1:0", router: one}}
              - {name: one, type: http.router}
              - {name: two, type: http.router}
              - name: gateway
                type: reverseproxy
                config: {backendServices: {a: "http://a"}, defaultBackend: a}
            """
        let problem = await problems(of: yaml)
        #expect(
            problem.contains("There are several modules that provide a HTTP router: \"one\", \"two\""), "\(problem)")
        #expect(problem.contains("router: one"))
        let named = yaml.replacing("defaultBackend: a", with: "defaultBackend: a, router: one")
        #expect(await problems(of: named) == "")
    }
}
