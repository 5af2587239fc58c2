import ArgumentParser
import WorkflowCommandLine

/// The query of a request: `?name=value&…`; empty without any value.
struct QueryText {
    private(set) var text = ""

    /// A query of the parameters that have values.
    init(_ parameters: (name: String, value: String?)...) {
        for (name, value) in parameters { add(name, value) }
    }

    /// Adds a parameter; nothing when there is no value.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        text += (text.isEmpty ? "?" : "&") + "\(name)=\(ManagementClient.encoded(value))"
    }
}

/// A span of time that a person writes, such as `90s`, `5m`, `2h` or `1d`.
struct TimeSpan: ExpressibleByArgument {
    /// The span in seconds.
    let seconds: Int

    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /([0-9]{1,6})(s|m|h|d)/), let number = Int(match.1) else {
            return nil
        }
        let unit = ["s": 1, "m": 60, "h": 3600, "d": 86_400][String(match.2)] ?? 1
        seconds = number * unit
    }
}
