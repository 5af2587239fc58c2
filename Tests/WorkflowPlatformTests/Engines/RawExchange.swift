import NIOCore
import NIOPosix
import Testing

/// Sends bytes to a server and returns what it has sent when that contains a text.
///
/// - Parameter answer: What to send once something has been received; `nil` for nothing yet.
func exchange(
    port: Int, _ text: String, until end: String, _ answer: @escaping @Sendable (String) -> String?
) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: text))
        var received = ""
        var hasAnswered = false
        for try await chunk in inbound {
            received += String(decoding: chunk.readableBytesView, as: UTF8.self)
            if !hasAnswered, let more = answer(received) {
                hasAnswered = true
                try await outbound.write(ByteBuffer(string: more))
            }
            if received.hasSuffix(end) { return received }
        }
        return received
    }
}

/// Waits until a condition holds, for a minute at most.
func until(
    _ condition: @Sendable () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(60))
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("the condition did not come to hold", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
