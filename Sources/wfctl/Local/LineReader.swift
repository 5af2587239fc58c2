import Foundation
import WorkflowCommandLine

/// Reads a file line by line, which may be larger than memory.
struct LineReader {
    private static let chunk = 256 << 10
    private static let longest = 8 << 20

    /// The file; `-` for standard input.
    let path: String

    /// Calls `body` with each line and its number, from 1, until it answers `false`.
    ///
    /// - Throws: ``CommandFailure`` when the file cannot be read; what `body` throws.
    func each(_ body: (Int, String) throws -> Bool) throws {
        let handle = try InputFile.handle(of: path)
        var (rest, number) = (Data(), 0)
        while case let data = try read(handle), !data.isEmpty {
            rest += data
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                guard try body(number, String(decoding: rest[..<end], as: UTF8.self)) else { return }
                rest = rest[(end + 1)...]
            }
            rest = Data(rest)
            guard rest.count <= Self.longest else {
                throw CommandFailure(.noInput, "Line \(number + 1) of \(path) is longer than 8 MB.")
            }
        }
        if !rest.isEmpty { _ = try body(number + 1, String(decoding: rest, as: UTF8.self)) }
    }

    private func read(_ handle: FileHandle) throws -> Data {
        do {
            return try handle.read(upToCount: Self.chunk) ?? Data()
        } catch {
            throw CommandFailure(.noInput, "\(path) cannot be read: \(error.localizedDescription).")
        }
    }
}
