import Foundation
import Testing
import WorkflowCore

@testable import WorkflowModules

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct OutboundHTTPClientTests {
    /// Accepts one connection on a free port and answers it with a fixed text.
    private struct OneAnswer {
        let port: Int

        init(_ answer: String) throws {
            #if canImport(Darwin)
            let listener = socket(AF_INET, SOCK_STREAM, 0)
            #else
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            #endif
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    bind(listener, raw, length) == 0 && listen(listener, 1) == 0
                        && getsockname(listener, raw, &length) == 0
                }
            }
            try #require(isBound)
            port = Int(UInt16(bigEndian: address.sin_port))
            Thread.detachNewThread {
                let connection = accept(listener, nil, nil)
                var request = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &request, request.count, 0)
                let bytes = Array(answer.utf8)
                _ = write(connection, bytes, bytes.count)
                close(connection)
                close(listener)
            }
        }
    }

    private func ask(_ port: Int, limit: Int = 1000) async throws -> FetchResponse {
        let client = CheckedHTTPClient(policy: nil)
        let request = FetchRequest(
            method: "GET", url: "http://127.0.0.1:\(port)/x", headers: [FetchHeader(name: "x-key", value: "1")],
            body: [])
        do {
            let response = try await client.send(request, limit: limit, timeout: .seconds(10))
            await client.shutdown()
            return response
        } catch {
            await client.shutdown()
            throw error
        }
    }

    @Test func anAnswerComesBackWithItsHeaders() async throws {
        let server = try OneAnswer("HTTP/1.1 202 Accepted\r\nX-Reply: yes\r\nContent-Length: 2\r\n\r\nok")
        let response = try await ask(server.port)
        #expect(response.status == 202)
        #expect(response.headers.contains(FetchHeader(name: "x-reply", value: "yes")))
        #expect(response.body == Array("ok".utf8))
    }

    @Test func redirectsAreNotFollowed() async throws {
        let server = try OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        #expect(try await ask(server.port).status == 302)
    }

    @Test func anAnswerThatIsTooLargeIsRefused() async throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789")
        let error = await #expect(throws: WorkflowError.self) { try await ask(server.port, limit: 19) }
        #expect(error?.code == .limitExceeded)
    }

    @Test func aHostThatDoesNotAnswerIsUnavailable() async throws {
        let error = await #expect(throws: WorkflowError.self) { try await ask(1) }
        #expect(error?.code == .unavailable)
    }
}
