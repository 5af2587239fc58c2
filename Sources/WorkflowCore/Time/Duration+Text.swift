extension Duration {
    /// Reads text such as `500ms`, `30s`, `5m`, `24h`, `7d`, or a sum such as `1h30m`.
    ///
    /// - Returns: `nil` when the text is no time span or one of 285 years or more.
    static func parse(_ text: some StringProtocol) -> Duration? {
        guard !text.isEmpty else { return nil }
        var rest = Substring(text)
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let suffix = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            guard let scale = units.first(where: { $0.name == suffix })?.nanoseconds else { return nil }
            total += (number * Double(scale)).rounded()
        }
        return total < 9e18 ? .nanoseconds(Int64(total)) : nil
    }

    /// Writes a number of nanoseconds in the greatest unit, up to hours, that divides it.
    static func text(_ nanoseconds: Int64) -> String {
        let unit = units.first { nanoseconds != 0 && nanoseconds % $0.nanoseconds == 0 && $0.name != "d" }
        return unit.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "0s"
    }

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]
}
