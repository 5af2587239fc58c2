import NIOCore
import Testing

@testable import WorkflowHTTP

struct `Progress of a response` {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// Looks once a second for ten minutes, with what `unsent` says of each second.
    private func isCut(
        least: Int = ServerCore.leastProgress, written: (Int) -> Int = { _ in 1 << 30 }, unsent: (Int) -> Int
    ) -> Bool {
        var progress = SendProgress()
        return (0..<600).contains { second in
            progress.isStalled(
                written: written(second), unsent: unsent(second), least: least, timeout: .seconds(15),
                now: start + .seconds(Int64(second)))
        }
    }

    @Test func `a client that takes nothing is cut off`() {
        #expect(isCut { _ in 1000 })
    }

    @Test func `a client that takes one byte in fourteen seconds is cut off`() {
        #expect(isCut { 1_000_000 - $0 / 14 })
    }

    @Test func `a slow client that makes progress is not`() {
        #expect(!isCut { 100_000_000 - $0 * 5000 })
    }

    @Test func `a stream of which a part leaves now and then is not`() {
        #expect(!isCut(least: 1) { 100_000_000 - $0 / 14 * HTTP2Stream.partSize })
        #expect(isCut(least: 1) { 100_000_000 - $0 / 20 * HTTP2Stream.partSize })
    }

    @Test func `one that takes all of a little is not`() {
        #expect(!isCut(written: { $0 }, unsent: { $0 % 14 }))
    }

    @Test func `writing more does not count as progress`() {
        #expect(isCut(written: { 10_000 + $0 * 100 }, unsent: { 10_000 + $0 * 100 }))
    }
}
