/// Puts a prefix before the names of metrics in the Prometheus text format.
struct MetricsNamespace: Sendable {
    private let prefix: [UInt8]
    private static let processPrefix = Array("process_".utf8)

    init(_ namespace: String) {
        prefix = Array("\(namespace)_".utf8)
    }

    /// What is wrong with a namespace, or `nil`.
    static func problem(_ namespace: String) -> String? {
        let isName = namespace.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
        return isName ? nil : "must consist of letters, digits and _, and must not begin with a digit"
    }

    /// The same metrics under their longer names.
    func applied(to text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 4)
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if !output.isEmpty || line.startIndex > 0 { output.append(UInt8(ascii: "\n")) }
            // `# HELP name …` and `# TYPE name …` have the name at the eighth byte, samples at the first.
            let start = line.first == UInt8(ascii: "#") ? min(line.startIndex + 7, line.endIndex) : line.startIndex
            output.append(contentsOf: line[line.startIndex..<start])
            let name = line[start...]
            if !name.isEmpty, !name.starts(with: Self.processPrefix) { output.append(contentsOf: prefix) }
            output.append(contentsOf: name)
        }
        return output
    }
}
