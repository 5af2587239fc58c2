#if NATS
import Foundation
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

@Suite(.enabled(if: NATSServer.program != nil, Comment(rawValue: NATSServer.isMissing)))
struct NATSConnectionTests {
    @Test func aServerThatIsSilentIsTold() async throws {
        try await NATSServer.with { server in
            try await Node().with(server, { $0.requestTimeout = .milliseconds(200) }) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                server.pause()
                // The signal takes a moment; the same message counts once, however often it is published.
                let error = try await withTimeLimit("Silence") {
                    while true {
                        do {
                            try await broker.publish(message("1"))
                        } catch let error as WorkflowError {
                            return error
                        }
                    }
                }
                #expect(error.code == .unavailable)
                #expect(error.message == "\(server.url) did not answer in time.")
                server.resume()
                // The server has it by now, or gets it now; it counts once.
                try await waitUntil("A publication") {
                    do {
                        try await broker.publish(message("1"))
                        return true
                    } catch let error as WorkflowError where error.code == .unavailable {
                        return false
                    }
                }
                try await broker.publish(message("2"))
                #expect(try await recorder.waitForMessages(2).map(\.id) == ["1", "2"])
            }
        }
    }

    @Test func aTokenOpensTheServer() async throws {
        try await NATSServer.with(["--auth", "letmein"]) { server in
            try await Node().with(server, { $0.token = SecretString("letmein") }) { try await $0.checkHealth() }
            try await Node().with(server) { broker in #expect(await isIll(broker)) }
        }
    }

    @Test func aServerWithoutJetStreamIsToldAndCoreModeWorks() async throws {
        try await NATSServer.with(isJetStream: false) { server in
            try await Node().with(server) { broker in
                let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                #expect(error?.message.contains("has no JetStream") == true, "\(String(describing: error))")
            }
            try await Node().with(server, { $0.mode = "core" }) { try await $0.checkHealth() }
        }
    }

    @Test func certificatesAreChecked() async throws {
        let folder = NSTemporaryDirectory() + "wf-nats-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let (key, certificate) = ("\(folder)/key.pem", "\(folder)/certificate.pem")
        try NATSServer.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
        try await NATSServer.with(["--tls", "--tlscert", certificate, "--tlskey", key]) { server in
            func tls(_ change: (inout NATSModule.TLSConfiguration) -> Void) -> NATSModule.TLSConfiguration {
                var tls = NATSModule.TLSConfiguration()
                change(&tls)
                return tls
            }
            try await Node().with(server, { $0.tls = tls { $0.ca = ConfigurationFilePath(certificate) } }) { broker in
                try await broker.checkHealth()
            }
            try await Node().with(server, { $0.tls = tls { $0.insecure = true } }) { try await $0.checkHealth() }
            try await Node().with(server, { $0.tls = tls { _ in } }) { #expect(await isIll($0)) }
            try await Node().with(server, { $0.tls = tls { $0.ca = ConfigurationFilePath("\(folder)/none.pem") } }) {
                broker in
                let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                #expect(error?.message.contains("none.pem") == true, "\(String(describing: error))")
            }
        }
    }

    @Test func anotherProgramCanReadWhatIsPublished() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let seen = AsyncStream.makeStream(of: NATSMessage.self)
                let other = try await NATSConnection.open(NATSSettings(urls: [server.url], clientName: "other"))
                let subscription = try other.subscribe("workflow.>") { seen.continuation.yield($0) }
                other.send(NATSMessage(subject: "workflow.ready"))
                var iterator = seen.stream.makeAsyncIterator()
                #expect(await iterator.next()?.subject == "workflow.ready")
                try await broker.publish(message("7", key: "k", ["total": 1]))
                let message = try #require(await iterator.next())
                #expect(message.subject == "workflow.order.paid")
                #expect(message.header("ce-id") == "7")
                #expect(message.header("ce-source") == "/workflow/events")
                #expect(String(decoding: message.body, as: UTF8.self) == #"{"total":1}"#)
                subscription.end()
                await other.close()
            }
        }
    }
}
#endif
