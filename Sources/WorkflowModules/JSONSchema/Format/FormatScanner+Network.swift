/// Addresses, host names, URIs and the like.
extension FormatScanner {
    /// An address of RFC 5321: a dot-separated or quoted local part, and a host name or an address in brackets.
    mutating func email() -> Bool {
        if skip("\"") {
            while let byte = next, byte != UInt8(ascii: "\"") {
                if skip("\\"), isAtEnd { return false }
                guard let part = next, part >= 0x20, part < 0x7F, step() else { return false }
            }
            guard skip("\"") else { return false }
        } else {
            repeat {
                let length = skip { $0.isDigit || $0.isLetter || $0.isOne(of: "!#$%&'*+-/=?^_`{|}~") }
                guard length > 0 else { return false }
            } while skip(".")
        }
        guard skip("@") else { return false }
        guard skip("[") else { return hostname() }
        guard var literal = take(before: "]"), skip("]") else { return false }
        if literal.rest.starts(with: "IPv6:".utf8) {
            literal = FormatScanner(literal.rest.dropFirst(5))
            return literal.ipv6() && literal.isAtEnd
        }
        return literal.ipv4() && literal.isAtEnd
    }

    /// A host name of RFC 1123; labels of internationalised names are not looked into.
    mutating func hostname() -> Bool {
        guard rest.count <= 253 else { return false }
        repeat {
            let label = rest
            let length = skip { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
            guard (1...63).contains(length), let first = label.first, first != UInt8(ascii: "-") else { return false }
            let last = label[label.startIndex + length - 1]
            guard last != UInt8(ascii: "-") else { return false }
            let hyphens = label.dropFirst(2).prefix(2).elementsEqual("--".utf8) && length >= 4
            if hyphens, !label.prefix(2).elementsEqual("xn".utf8), !label.prefix(2).elementsEqual("XN".utf8) {
                return false
            }
        } while skip(".")
        return true
    }

    mutating func ipv4() -> Bool {
        for part in 0..<4 {
            guard part == 0 || skip("."), let first = next, first.isDigit else { return false }
            var value = 0
            var count = 0
            while let digit = next, digit.isDigit, count < 3, step() {
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
                count += 1
            }
            guard value <= 255, count == 1 || first != UInt8(ascii: "0") else { return false }
        }
        return true
    }

    mutating func ipv6() -> Bool {
        var groups = 0
        var isShortened = false
        if skip(":") {
            guard skip(":") else { return false }
            isShortened = true
        }
        while let byte = next, byte.isHexDigit {
            var address = self
            if groups <= 6, address.ipv4() {
                self = address
                groups += 2
                break
            }
            guard skip(while: \.isHexDigit) <= 4 else { return false }
            groups += 1
            guard skip(":") else { break }
            if skip(":") {
                guard !isShortened else { return false }
                isShortened = true
            } else if isAtEnd {
                return false
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    mutating func uuid() -> Bool {
        for (index, length) in [8, 4, 4, 4, 12].enumerated() {
            guard index == 0 || skip("-") else { return false }
            guard rest.count >= length, rest.prefix(length).allSatisfy(\.isHexDigit) else { return false }
            for _ in 0..<length { _ = step() }
        }
        return true
    }

    mutating func jsonPointer() -> Bool {
        guard isAtEnd || next == UInt8(ascii: "/") else { return false }
        while let byte = next, step() {
            if byte == UInt8(ascii: "~"), !skip("0"), !skip("1") { return false }
        }
        return isAtEnd
    }

    mutating func relativeJSONPointer() -> Bool {
        let isZero = next == UInt8(ascii: "0")
        let length = skip(while: \.isDigit)
        guard length > 0, !isZero || length == 1 else { return false }
        return skip("#") || jsonPointer()
    }
}
