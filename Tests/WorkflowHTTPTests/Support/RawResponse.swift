/// A response as a client reads it.
struct RawResponse {
    struct Malformed: Error {}

    var status: Int
    var reason: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    func count(of name: String) -> Int {
        headers.count { $0.name == name }
    }

    /// Parses one response at the beginning of `bytes`.
    ///
    /// - Returns: `nil` when more bytes are needed.
    static func parse(_ bytes: [UInt8], isHead: Bool, isClosed: Bool) throws -> (RawResponse, count: Int)? {
        guard let headEnd = find([13, 10, 13, 10], in: bytes, from: 0) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let statusLine = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard statusLine.count == 3, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
            throw Malformed()
        }
        var response = RawResponse(status: status, reason: String(statusLine[2]), headers: [], body: [])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Malformed() }
            response.headers.append((parts[0].lowercased(), String(parts[1].drop { $0 == " " })))
        }
        let start = headEnd + 4
        if isHead || status == 204 || status == 304 || status < 200 { return (response, start) }
        if response["transfer-encoding"] == "chunked" {
            return try chunked(&response, bytes, start)
        }
        if let length = response["content-length"].flatMap({ Int($0) }) {
            guard bytes.count >= start + length else { return nil }
            response.body = Array(bytes[start..<start + length])
            return (response, start + length)
        }
        guard isClosed else { return nil }
        response.body = Array(bytes[start...])
        return (response, bytes.count)
    }

    private static func chunked(
        _ response: inout RawResponse, _ bytes: [UInt8], _ start: Int
    ) throws -> (RawResponse, count: Int)? {
        var position = start
        while true {
            guard let lineEnd = find([13, 10], in: bytes, from: position) else { return nil }
            guard let size = Int(String(decoding: bytes[position..<lineEnd], as: UTF8.self), radix: 16) else {
                throw Malformed()
            }
            position = lineEnd + 2
            guard bytes.count >= position + size + 2 else { return nil }
            response.body.append(contentsOf: bytes[position..<position + size])
            guard bytes[position + size] == 13, bytes[position + size + 1] == 10 else { throw Malformed() }
            position += size + 2
            if size == 0 { return (response, position) }
        }
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + pattern.count else { return nil }
        return (start...bytes.count - pattern.count).first { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) }
    }
}
