/// What stands before each value of a series in the exposition format: name, labels and a space.
public struct MetricLines: Sendable {
    private var bytes: [UInt8] = []
    /// Where each line ends within ``bytes``.
    private var ends: [Int] = []

    init(_ lines: [[UInt8]]) {
        for line in lines {
            bytes += line
            ends.append(bytes.count)
        }
    }

    var count: Int { ends.count }

    /// Appends one of the lines.
    func append(_ index: Int, to output: inout [UInt8]) {
        let start = index == 0 ? 0 : ends[index - 1]
        bytes.withUnsafeBufferPointer { bytes in
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<ends[index]]))
        }
    }
}
