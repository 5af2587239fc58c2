import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP

/// Random numbers that are the same in each run.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

struct `Mutated requests` {
    private static let seeds = [
        "GET /a?b=%41 HTTP/1.1\r\nhost: t\r\n\r\n",
        "POST /a HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n\r\nhello",
        "POST /a HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\ncontent-length: 70000\r\n\r\n",
        "HEAD http://t/%20 HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    ]
    private static let tokens = [
        "\r\n", "\n", "\0", ":", " ", "%", "content-length: 3\r\n", "transfer-encoding: chunked\r\n", "0\r\n\r\n",
        "ffffffff",
        "HTTP/1.1", "\u{FF}", "host: x\r\n",
    ]

    private func mutated(_ generator: inout Generator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            bytes += Array((Self.seeds.randomElement(using: &generator) ?? "").utf8)
        }
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                bytes.insert(contentsOf: Array((Self.tokens.randomElement(using: &generator) ?? "").utf8), at: position)
            case 1: bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
            case 2: bytes.removeSubrange(position..<min(bytes.count, position + 5))
            default: bytes.removeSubrange((position + 1)...)
            }
            if bytes.isEmpty { bytes = [UInt8(ascii: "G")] }
        }
        return bytes
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `never bring the server down`(seed: UInt64) async throws {
        let handler = ClosureHandler { .text("\(try await $0.body.collect(upTo: 1 << 20).count)") }
        try await withServer(handler) { (server) async throws in
            var generator = Generator(state: seed)
            for _ in 0..<150 {
                let connection = try await server.connect()
                try connection.sendIgnoringErrors(mutated(&generator))
                if Bool.random(using: &generator) {
                    _ = try? await connection.response(timeout: .milliseconds(20))
                }
                try? await connection.close()
            }
            #expect(try await server.get("/").status == 200)
            while server.server.requestsInFlight > 0 { await Task.yield() }
        }
    }
}
