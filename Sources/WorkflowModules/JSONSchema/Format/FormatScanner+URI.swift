/// URIs of RFC 3986.
extension FormatScanner {
    mutating func uri(mayBeRelative: Bool) -> Bool {
        var start = self
        if start.scheme() {
            self = start
        } else if !mayBeRelative || firstSegmentHasColon {
            return false
        }
        if rest.starts(with: "//".utf8) {
            _ = skip("/") && skip("/")
            guard authority() else { return false }
        }
        guard characters("/:@") else { return false }
        if skip("?"), !characters("/:@?") { return false }
        if skip("#"), !characters("/:@?") { return false }
        return true
    }

    private var firstSegmentHasColon: Bool {
        rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            .contains(UInt8(ascii: ":"))
    }

    private mutating func scheme() -> Bool {
        guard let first = next, first.isLetter else { return false }
        _ = skip { $0.isLetter || $0.isDigit || $0.isOne(of: "+-.") }
        return skip(":")
    }

    private mutating func authority() -> Bool {
        let length = rest.prefix { !$0.isOne(of: "/?#") }.count
        var part = FormatScanner(rest.prefix(length))
        _ = skip { !$0.isOne(of: "/?#") }
        if var user = part.take(before: "@") {
            guard user.characters(":"), user.isAtEnd, part.skip("@") else { return false }
        }
        if part.skip("[") {
            guard var address = part.take(before: "]"), part.skip("]") else { return false }
            guard address.ipv6() && address.isAtEnd || address.futureAddress() else { return false }
        } else {
            guard part.characters("") else { return false }
        }
        if part.skip(":") { _ = part.skip(while: \.isDigit) }
        return part.isAtEnd
    }

    private mutating func futureAddress() -> Bool {
        guard skip("v") || skip("V"), skip(while: \.isHexDigit) > 0, skip(".") else { return false }
        return skip(while: { $0.isUnreserved || $0.isOne(of: "!$&'()*+,;=:") }) > 0 && isAtEnd
    }

    /// Takes the characters that may stand anywhere, escapes, and some more; `false` for a malformed escape.
    private mutating func characters(_ more: StaticString) -> Bool {
        while let byte = next {
            if byte.isUnreserved || byte.isOne(of: "!$&'()*+,;=") || byte.isOne(of: more) {
                _ = step()
            } else if skip("%") {
                for _ in 0..<2 {
                    guard let digit = next, digit.isHexDigit, step() else { return false }
                }
            } else {
                break
            }
        }
        return true
    }
}

extension UInt8 {
    fileprivate var isUnreserved: Bool { isLetter || isDigit || isOne(of: "-._~") }
}
