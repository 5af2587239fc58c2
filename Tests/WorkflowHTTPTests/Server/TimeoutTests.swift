import HTTPTypes
import NIOCore
import Testing
import WorkflowCore
import WorkflowHTTP

private let ok = ClosureHandler { .text("\(try await $0.body.collect(upTo: 1 << 20).count)") }

struct `Timeouts and limits of connections` {
    @Test(arguments: [
        "GET / HT", "GET / HTTP/1.1\r\nhost: t\r\nx: ", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 10\r\n\r\nabc",
    ])
    func `a request that does not arrive in time gets 408`(part: String) async throws {
        try await withServer(ok, configure: { $0.readTimeout = .seconds(1) }) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send(part)
            let response = try await connection.response()
            #expect(response.status == 408)
            #expect(response["connection"] == "close")
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `a client that sends one byte after the other runs out of time`() async throws {
        try await withServer(ok, configure: { $0.readTimeout = .seconds(1) }) { (server) async throws in
            let connection = try await server.connect()
            let start = ContinuousClock.now
            // The trickle ends when the server has closed.
            while (try? await connection.send("G")) != nil, ContinuousClock.now - start < .seconds(10) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func `a streamed body that does not arrive in time gets 408`() async throws {
        try await withServer(ok, configure: { $0.readTimeout = .seconds(1) }) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 100000\r\n\r\nabc")
            #expect(try await connection.response().status == 408)
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `the time in which the handler does not read does not count`() async throws {
        let handler = ClosureHandler { request in
            try await Task.sleep(for: .milliseconds(1600))
            return .text("\(try await request.body.collect(upTo: 1 << 20).count)")
        }
        try await withServer(handler, configure: { $0.readTimeout = .seconds(1) }) { (server) async throws in
            let connection = try await server.connect()
            try connection.sendIgnoringErrors(
                Array("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 1000000\r\n\r\n".utf8)
                    + Array(repeating: 1, count: 1_000_000))
            #expect(try await connection.response().text == "1000000")
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await withServer(ok, configure: { $0.idleTimeout = .milliseconds(500) }) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response().status == 200)
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `a client that never sends anything is dropped without an answer`() async throws {
        try await withServer(ok, configure: { $0.readTimeout = .milliseconds(100) }) { (server) async throws in
            let connection = try await server.connect()
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `a handler that takes too long is cancelled and answered with 503`() async throws {
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.send()
            }
            return .text("late")
        }
        let observer = RecordingObserver()
        try await withServer(handler, observer: observer, configure: { $0.handlerTimeout = .milliseconds(500) }) {
            (server) async throws in
            #expect(try await server.get("/").status == 503)
            await cancelled.wait()
            let outcome = await observer.nextOutcome()
            #expect(outcome?.ending == .handlerTimeout)
            #expect(outcome?.status == .serviceUnavailable)
        }
    }

    @Test func `a client that stops reading is cut off`() async throws {
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    do {
                        while true { try await writer.write(Array(repeating: 65, count: 65_536)) }
                    } catch {
                        cancelled.send()
                        throw error
                    }
                })
        }
        let observer = RecordingObserver()
        try await withServer(handler, observer: observer, configure: { $0.writeTimeout = .milliseconds(500) }) {
            (server) async throws in
            let connection = try await RawConnection.open(port: server.port, autoRead: false, receiveBuffer: 8192)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            await cancelled.wait()
            #expect(await observer.nextOutcome()?.ending == .clientGone)
        }
    }

    @Test func `a whole response that nobody reads is cut off too`() async throws {
        let handler = ClosureHandler { _ in
            ServerResponse(body: .bytes(Array(repeating: 65, count: 16 << 20)))
        }
        try await withServer(handler, configure: { $0.writeTimeout = .milliseconds(500) }) { (server) async throws in
            let connection = try await RawConnection.open(port: server.port, autoRead: false, receiveBuffer: 8192)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let start = ContinuousClock.now
            while server.server.openConnections > 0 || server.server.requestsInFlight > 0 {
                try await Task.sleep(for: .milliseconds(10))
                try #require(ContinuousClock.now - start < .seconds(10))
            }
        }
    }
}
