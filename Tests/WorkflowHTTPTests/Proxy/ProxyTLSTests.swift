import HTTPTypes
import NIOCore
import NIOSSL
import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("http.proxy: TLS and HTTP/2", .timeLimit(.minutes(1)))
struct ProxyTLSTests {
    private static let backend = ClosureHandler { request in
        let body = String(decoding: try await request.body.collect(upTo: 1000), as: UTF8.self)
        let cookies = request.headers[values: .cookie].joined(separator: "|")
        return .text("\(request.isSecure) \(request.headers[.xForwardedProto] ?? "") \(cookies) \(body)")
    }

    private func makeServer(_ directory: TemporaryDirectory) -> (inout HTTPServerConfiguration) -> Void {
        {
            $0.tls = .init(certificatePath: "\(directory.path)/a.pem", privateKeyPath: "\(directory.path)/a.key")
        }
    }

    @Test func `a backend may speak TLS`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(Self.backend, configure: makeServer(directory)) { server async throws in
                let yaml = """
                    backendServices: {api: "https://localhost:\(server.port)"}
                    defaultBackend: api
                    """
                try await withProxy(yaml + "\ncaFile: \(directory.path)/a.pem") { app async throws in
                    #expect(try await app.send("POST", "/", body: "hello").text == "true http  hello")
                }
                try await withProxy(yaml) { app async throws in
                    #expect(try await app.get("/").status == 502)
                }
            }
        }
    }

    @Test func `a client may speak HTTP/2`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(Self.backend) { server async throws in
                let tls = ", tls: {certificate: \(directory.path)/a.pem, key: \(directory.path)/a.key}"
                try await withProxy(
                    "backendServices: {api: \"http://127.0.0.1:\(server.port)\"}\ndefaultBackend: api", server: tls
                ) { app async throws in
                    let context = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: ["h2"])
                    let client = try await HTTP2Client.open(port: app.port, tls: context)
                    var headers = HTTPFields()
                    headers.append(HTTPField(name: .cookie, value: "a=1"))
                    headers.append(HTTPField(name: .cookie, value: "b=2"))
                    let response = try await client.send(.put, "/x", headers: headers, body: Array("hello".utf8))
                    #expect(String(decoding: response.body, as: UTF8.self) == "false https a=1; b=2 hello")
                    let empty = try await client.send(.delete, "/x")
                    #expect(String(decoding: empty.body, as: UTF8.self) == "false https  ")
                    try await client.channel.close().get()
                }
            }
        }
    }
}
