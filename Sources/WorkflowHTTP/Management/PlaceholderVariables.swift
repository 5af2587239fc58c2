import WorkflowCore

/// Stands in for the environment where a configuration is only checked, so that no message can tell a secret.
enum PlaceholderVariables {
    /// Variables of the same names, whose values only look alike: a number for a number, an address for an address.
    ///
    /// Values that shall be different are: two servers on `${PORT_A}` and `${PORT_B}` do not clash.
    static func make(for variables: [String: String]) -> [String: String] {
        var index = 1023
        return Dictionary(
            uniqueKeysWithValues: variables.sorted { $0.key < $1.key }.map { name, value in
                index = index < 65_535 ? index + 1 : 1024
                return (name, placeholder(name, value, index))
            })
    }

    private static func placeholder(_ name: String, _ value: String, _ index: Int) -> String {
        let plain = "value-of-\(name)"
        if value.isEmpty || value == "true" || value == "false" { return value }
        if Double(value) != nil { return value.contains(".") ? "\(index).5" : "\(index)" }
        if value.hasPrefix("/") { return "/\(plain)" }
        if value.hasPrefix("unix:/") { return "unix:/\(plain)" }
        if let mark = value.firstRange(of: "://"), value[..<mark.lowerBound].allSatisfy(\.isLetter) {
            return "\(value[..<mark.lowerBound])://localhost:\(index)/\(plain)"
        }
        let digits = value.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, units.contains(value[digits.endIndex...].lowercased()) {
            return "1\(value[digits.endIndex...])"
        }
        if let colon = value.lastIndex(of: ":"), UInt16(value[value.index(after: colon)...]) != nil {
            return "localhost:\(index)"
        }
        return plain
    }

    private static let units: Set<String> = ["ns", "us", "ms", "s", "m", "h", "d", "b", "kb", "mb", "gb"]
}
