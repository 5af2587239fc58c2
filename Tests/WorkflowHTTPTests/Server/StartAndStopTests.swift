import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

private let ok = ClosureHandler { _ in .text("ok") }

struct `Starting and stopping a server` {
    @Test func `port 0 gives a free port`() async throws {
        try await withServer(ok) { (server) async throws in
            #expect(server.port > 0)
            #expect(server.server.localAddress?.description == "127.0.0.1:\(server.port)")
        }
    }

    @Test func `an address in use is named in the error`() async throws {
        try await withServer(ok) { first in
            let address = ListenAddress(host: "127.0.0.1", port: UInt16(first.port))
            let second = HTTPServer(
                configuration: HTTPServerConfiguration(address: address), responder: ok, logger: Logger(label: "test"))
            let error = await #expect(throws: WorkflowError.self) { try await second.start() }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message
                    == "Cannot listen on 127.0.0.1:\(first.port): the address is already in use; "
                    + "stop the other program, or choose another port.")
        }
    }

    @Test func `an address of another machine is named in the error`() async throws {
        let address = ListenAddress(host: "192.0.2.1", port: 0)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(address: address), responder: ok, logger: Logger(label: "test"))
        let error = await #expect(throws: WorkflowError.self) { try await server.start() }
        #expect(error?.message.contains("this machine has no such address") == true)
    }

    @Test func `stopping lets a request in progress finish and closes idle connections`() async throws {
        let entered = Signal()
        let leave = Signal()
        let handler = ClosureHandler { request in
            if request.path == "/wait" {
                entered.send()
                await leave.wait()
            }
            return .text("finished")
        }
        try await withServer(handler) { (server) async throws in
            let idle = try await server.connect()
            try await idle.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await idle.response().status == 200)
            let busy = try await server.connect()
            try await busy.send("GET /wait HTTP/1.1\r\nhost: t\r\n\r\n")
            await entered.wait()
            async let report = server.server.stop(deadline: .seconds(10))
            #expect(try await idle.receiveToEnd() == [])
            leave.send()
            let response = try await busy.response()
            #expect(response.text == "finished")
            #expect(response["connection"] == "close")
            #expect(try await busy.receiveToEnd() == [])
            #expect(await report == HTTPServer.StopReport(requestsInFlight: 1, requestsCut: 0))
            #expect(server.server.openConnections == 0)
            await #expect(throws: (any Error).self) { try await server.connect() }
        }
    }

    @Test func `stopping cuts off at the deadline what does not finish`() async throws {
        let entered = Signal()
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.send() }
            return .text("late")
        }
        let observer = RecordingObserver()
        try await withServer(handler, observer: observer) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            await entered.wait()
            let report = await server.server.stop(deadline: .milliseconds(50))
            #expect(report == HTTPServer.StopReport(requestsInFlight: 1, requestsCut: 1))
            await cancelled.wait()
            #expect(try await connection.receiveToEnd() == [])
            #expect(await observer.nextOutcome()?.ending == .serverStopped)
            #expect(server.server.requestsInFlight == 0)
        }
    }

    @Test func `a stream ends its connection when the server is stopping`() async throws {
        let entered = Signal()
        let leave = Signal()
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    try await writer.write(Array("begin ".utf8))
                    entered.send()
                    await leave.wait()
                    try await writer.write(Array("end".utf8))
                })
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            await entered.wait()
            async let report = server.server.stop(deadline: .seconds(10))
            leave.send()
            #expect(try await connection.response().text == "begin end")
            #expect(await report.requestsCut == 0)
        }
    }

    @Test func `a unix socket is listened on and removed afterwards`() async throws {
        try await withTemporaryDirectory { directory in
            let address = try ListenAddress("unix:\(directory.path)/server.sock")
            try await withServer(ok, configure: { $0.address = address }) { (server) async throws in
                #expect(server.server.localAddress == address)
                let connection = try await RawConnection.open(unixSocket: "\(directory.path)/server.sock")
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                #expect(try await connection.response().text == "ok")
                await server.server.stop(deadline: .zero)
            }
            // What is not there cannot be replaced by a directory.
            try directory.write("x", to: "server.sock/file")
        }
    }

    @Test func `a stopped server cannot be started again`() async throws {
        try await withServer(ok) { (server) async throws in
            await server.server.stop(deadline: .zero)
            await #expect(throws: WorkflowError.self) { try await server.server.start() }
        }
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), (":8080", ":8080"), ("[::1]:80", "[::1]:80"), ("*:1", ":1"),
        ("localhost:0", "localhost:0"), ("unix:/run/app.sock", "unix:/run/app.sock"),
    ])
    func `an address is parsed`(text: String, description: String) throws {
        #expect(try ListenAddress(text).description == description)
    }

    @Test(arguments: [
        "", "8080", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "unix:relative", "a b:1", "a/b:1",
    ])
    func `a malformed address is refused`(text: String) {
        let error = #expect(throws: ListenAddressError.self) { try ListenAddress(text) }
        #expect(error?.description.contains("'\(text)'") == true)
    }
}
