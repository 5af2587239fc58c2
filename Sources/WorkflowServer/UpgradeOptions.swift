import ArgumentParser

/// How the server takes over from another process.
struct UpgradeOptions: ParsableArguments {
    @Option(
        name: .customLong("wait-for-state"),
        help: "How long to wait for another process to give the state back, such as 30s; by default not at all.",
        transform: parse)
    var waitForState: Duration = .zero

    @Sendable private static func parse(_ text: String) throws -> Duration {
        guard let match = text.wholeMatch(of: /([0-9]{1,9})(ms|s|m)/), let number = Int64(match.1) else {
            throw ValidationError("\"\(text)\" is not a time such as 500ms, 30s or 5m.")
        }
        return switch match.2 {
        case "ms": .milliseconds(number)
        case "s": .seconds(number)
        default: .seconds(60 * number)
        }
    }
}
