/// The header field `traceparent` (W3C Trace Context, section 3.2).
extension TraceContext {
    private static let length = 55

    /// Reads a header field from outside.
    ///
    /// - Parameters:
    ///   - traceparent: The field `traceparent`.
    ///   - tracestate: The field `tracestate`; left out when it is malformed.
    /// - Returns: `nil` when `traceparent` is malformed: a new trace begins then.
    init?(traceparent: String, tracestate: String?) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.number(bytes[0..<2]), let high = Self.number(bytes[3..<19]),
            let low = Self.number(bytes[19..<35]), let span = Self.number(bytes[36..<52]),
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        // Later versions may add fields behind another dash; 255 will never be one.
        let isComplete = bytes.count == Self.length || (version > 0 && bytes[Self.length] == Self.dash)
        guard version != 0xFF, isComplete, high | low != 0, span != 0 else { return nil }
        self.init(
            traceID: TraceID(high: high, low: low), spanID: span,
            flags: UInt8(flags) & (version == 0 ? Self.knownFlags : Self.sampledFlag),
            state: tracestate.flatMap(TraceState.validated) ?? "", isRemote: true)
    }

    /// The field for outgoing requests and messages.
    var traceparent: String {
        String(unsafeUninitializedCapacity: Self.length) { buffer in
            buffer.initialize(repeating: Self.dash)
            buffer[0] = UInt8(ascii: "0")
            buffer[1] = UInt8(ascii: "0")
            Self.write(traceID.high, to: buffer, at: 3)
            Self.write(traceID.low, to: buffer, at: 19)
            Self.write(spanID, to: buffer, at: 36)
            buffer[53] = UInt8(ascii: "0")
            buffer[54] = UInt8(ascii: "0") + flags & Self.knownFlags
            return Self.length
        }
    }

    /// The identifier of a span as 16 hexadecimal digits.
    static func text(of spanID: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(spanID, to: buffer, at: 0)
            return 16
        }
    }

    private static func write(_ number: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 0xF
            let character = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            buffer.initializeElement(at: start + place, to: character)
        }
    }

    private static let dash = UInt8(ascii: "-")

    /// Reads hexadecimal digits; those above 9 must be in lower case.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}

extension TraceContext.TraceID: CustomStringConvertible {
    /// The identifier as 32 hexadecimal digits.
    var description: String { TraceContext.text(of: high) + TraceContext.text(of: low) }
}
