import Foundation
import Logging
import Testing

@testable import WorkflowServer

/// A pipe whose reader only reads when it is told to.
private struct StalledReader {
    let input: Int32
    let output: Int32

    init(isNonBlocking: Bool = false) {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        (input, output) = (ends[0], ends[1])
        if isNonBlocking { _ = fcntl(output, F_SETFL, fcntl(output, F_GETFL) | O_NONBLOCK) }
    }

    /// Reads until `isComplete` says of the text so far that it is all.
    func read(until isComplete: (String) -> Bool) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isComplete(String(decoding: bytes, as: UTF8.self)) {
            let count = Foundation.read(input, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite("The log")
struct LogWriterTests {
    private func loss(_ count: Int) -> String { "\(count) lost\n" }

    @Test func `a reader that stalls does not stop who logs, and is told what it missed`() throws {
        let reader = StalledReader()
        let writer = LogWriter(descriptor: reader.output, limit: 100_000)
        let total = 50_000
        for number in 0..<total { writer.write("line \(number)\n", lossLine: loss) }
        #expect(!writer.flush(for: 0.01))
        var (written, lost) = ([Int](), 0)
        _ = reader.read { text in
            guard text.hasSuffix("\n") else { return false }
            let words = text.split(separator: "\n").map { $0.split(separator: " ") }
            written = words.filter { $0[0] == "line" }.compactMap { Int($0[1]) }
            lost = words.filter { $0[1] == "lost" }.compactMap { Int($0[0]) }.reduce(0, +)
            return written.count + lost >= total
        }
        #expect(lost > 0)
        #expect(written.count + lost == total)
        #expect(written == written.sorted())
        writer.write("after\n", lossLine: loss)
        #expect(reader.read { $0.hasSuffix("after\n") } == "after\n")
        #expect(writer.flush(for: 10))
    }

    @Test(arguments: [false, true])
    func `a line that does not fit into the pipe arrives whole`(isNonBlocking: Bool) {
        let reader = StalledReader(isNonBlocking: isNonBlocking)
        let writer = LogWriter(descriptor: reader.output)
        let line = String(repeating: "0123456789", count: 100_000) + "\n"
        writer.write(line, lossLine: loss)
        #expect(reader.read { $0.hasSuffix("\n") } == line)
        #expect(writer.flush(for: 10))
    }

    @Test func `a line that is larger than the queue is told as lost`() {
        let reader = StalledReader()
        let writer = LogWriter(descriptor: reader.output, limit: 10)
        writer.write(String(repeating: "x", count: 11), lossLine: loss)
        #expect(reader.read { $0.hasSuffix("\n") } == "1 lost\n")
    }

    @Test func `a reader that has gone does no harm`() {
        signal(SIGPIPE, SIG_IGN)
        let reader = StalledReader()
        close(reader.input)
        let writer = LogWriter(descriptor: reader.output)
        writer.write("nobody\n", lossLine: loss)
        #expect(writer.flush(for: 10))
    }

    @Test(arguments: ConsoleLogHandler.Format.allCases)
    func `nothing makes up a line or controls the terminal`(format: ConsoleLogHandler.Format) {
        let evil = "x\n12:00:00.000 ERROR forged\r\u{1B}[2J\u{9B}31m\u{2028}\u{202E}\u{7F}"
        for line in [
            format.line(.info, evil, [:]), format.line(.info, "m", ["key": "\(evil)"]),
            format.line(.info, "m", ["module": "\(evil)"]), format.line(.info, "m", ["\(evil)": "value"]),
        ] {
            #expect(line.hasSuffix("\n"))
            let controls = line.dropLast().unicodeScalars.filter {
                $0.properties.generalCategory == .control || (0x2028...0x202E).contains($0.value)
            }
            #expect(controls.isEmpty)
            #expect(line.contains("forged"))
        }
    }
}
