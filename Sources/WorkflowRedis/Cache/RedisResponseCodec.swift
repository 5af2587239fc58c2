#if Redis
import HTTPTypes
import WorkflowCore

/// How an answer stands in Redis: a line of JSON with everything but the body, and the body.
enum RedisResponseCodec {
    static func encode(_ answer: CachedResponse) -> [UInt8] {
        let fields = answer.response.headers.map { JSONValue.array([.string($0.name.rawName), .string($0.value)]) }
        let head: JSONValue = [
            "stored": .integer(answer.storedAt.nanoseconds), "expires": .integer(answer.expiresAt.nanoseconds),
            "headers": .array(fields),
        ]
        var bytes = head.jsonBytes()
        bytes.append(UInt8(ascii: "\n"))
        if case .bytes(let body) = answer.response.body { bytes += body }
        return bytes
    }

    /// - Returns: `nil` for bytes that are no answer.
    static func decode(_ bytes: [UInt8], path: String) -> CachedResponse? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let head: JSONValue
        do throws(JSONParsingError) {
            head = try JSONValue(parsing: bytes[..<end])
        } catch {
            return nil
        }
        guard let stored = head["stored"]?.intValue, let expires = head["expires"]?.intValue,
            let fields = head["headers"]?.arrayValue
        else { return nil }
        var headers = HTTPFields()
        for field in fields {
            guard let pair = field.arrayValue, pair.count == 2, let name = pair[0].stringValue,
                let value = pair[1].stringValue, let name = HTTPField.Name(name), HTTPField.isValidValue(value)
            else { return nil }
            headers.append(HTTPField(name: name, value: value))
        }
        let body = Array(bytes[(end + 1)...])
        return CachedResponse(
            ServerResponse(headers: headers, body: .bytes(body)), path: path,
            storedAt: Timestamp(nanoseconds: Int64(stored)), expiresAt: Timestamp(nanoseconds: Int64(expires)))
    }
}
#endif
