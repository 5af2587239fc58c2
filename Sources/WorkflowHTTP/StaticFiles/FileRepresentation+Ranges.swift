import HTTPTypes
import NIOPosix
import WorkflowCore

extension FileRepresentation {
    /// The whole content.
    var body: ResponseBody {
        bytes.map { .bytes($0) } ?? .file(path: path, offset: 0, length: size)
    }

    private func body(_ range: Range<Int64>) -> ResponseBody {
        if let bytes { return .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])) }
        return .file(path: path, offset: range.lowerBound, length: Int64(range.count))
    }

    /// A response with some ranges, as `multipart/byteranges` when there are several.
    func partialResponse(_ ranges: [Range<Int64>], threadPool: NIOThreadPool) -> ServerResponse {
        var headers = headers
        if ranges.count == 1, let range = ranges.first {
            headers[.contentRange] = contentRange(range)
            return ServerResponse(status: .partialContent, headers: headers, body: body(range))
        }
        let boundary = String(UInt64.random(in: .min ... .max), radix: 36)
        let type = headers[.contentType] ?? "application/octet-stream"
        headers[.contentType] = "multipart/byteranges; boundary=\(boundary)"
        let parts = ranges.map { range in
            let head = "\r\n--\(boundary)\r\ncontent-type: \(type)\r\ncontent-range: \(contentRange(range))\r\n\r\n"
            return (head: Array(head.utf8), range: range)
        }
        let end = Array("\r\n--\(boundary)--\r\n".utf8)
        let length = parts.reduce(Int64(end.count)) { $0 + Int64($1.head.count) + Int64($1.range.count) }
        let representation = self
        return ServerResponse(
            status: .partialContent, headers: headers,
            body: .stream(length: length) { writer in
                for part in parts {
                    try await writer.write(part.head)
                    try await representation.write(part.range, to: writer, threadPool: threadPool)
                }
                try await writer.write(end)
            })
    }

    private func contentRange(_ range: Range<Int64>) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    }

    private func write(
        _ range: Range<Int64>, to writer: any ResponseWriter, threadPool: NIOThreadPool
    ) async throws {
        if let bytes {
            return try await writer.write(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
        let file = try await threadPool.runIfActive {
            try OpenFile(path, offset: range.lowerBound, length: Int64(range.count))
        }
        defer { threadPool.submit { _ in file.close() } }
        var position = range.lowerBound
        while position < range.upperBound {
            let start = position
            let count = Int(min(64 * 1024, range.upperBound - position))
            let bytes = try await threadPool.runIfActive { try file.read(count, at: start) }
            try await writer.write(bytes)
            position += Int64(bytes.count)
        }
    }
}
