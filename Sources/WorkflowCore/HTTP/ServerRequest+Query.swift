extension ServerRequest {
    /// The query as decoded name and value pairs, in order.
    ///
    /// Percent-encoding and `+` are decoded as the WHATWG URL standard says for
    /// `application/x-www-form-urlencoded`; bytes that are not UTF-8 become U+FFFD.
    public var queryItems: [(name: String, value: String)] {
        guard var query, !query.isEmpty else { return [] }
        return query.withUTF8 { bytes in
            bytes.split(separator: UInt8(ascii: "&")).map { pair in
                let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                func text(_ half: Slice<UnsafeBufferPointer<UInt8>>) -> String {
                    PercentEncoding.decode(UnsafeBufferPointer(rebasing: half), plusIsSpace: true)
                }
                return (text(halves[0]), halves.count > 1 ? text(halves[1]) : "")
            }
        }
    }

    /// The first value of the query parameter called `name`.
    public func queryValue(_ name: String) -> String? {
        queryItems.first { $0.name == name }?.value
    }
}

/// Percent-encoding as RFC 3986, section 2.1 defines it.
package enum PercentEncoding {
    /// Decodes percent-encoded bytes into text.
    ///
    /// - Parameters:
    ///   - bytes: The encoded bytes; an incomplete escape stays as it is.
    ///   - plusIsSpace: Whether `+` stands for a space, as in form data.
    package static func decode(_ bytes: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool = false) -> String {
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "%"), !plusIsSpace || bytes[index] != UInt8(ascii: "+")
        {
            index += 1
        }
        guard index < bytes.count else { return String(decoding: bytes, as: UTF8.self) }
        var decoded = [UInt8](bytes[..<index])
        decoded.reserveCapacity(bytes.count)
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexValue(bytes[index + 1]),
                let low = hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
