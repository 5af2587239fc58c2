import WorkflowCore

/// Writes a report in the form that servers for continuous integration read.
public struct JUnitReport {
    private let report: TestReport

    /// Creates a writer.
    public init(_ report: TestReport) {
        self.report = report
    }

    /// The XML document.
    public var text: String {
        var files: [String] = []
        for result in report.results where !files.contains(result.file) { files.append(result.file) }
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuites \(Self.counts(report.results)) errors=\"\(report.issues.count)\" "
                + "time=\"\(Self.seconds(report.duration))\">",
        ]
        for file in files { lines += suite(file, report.results.filter { $0.file == file }) }
        if !report.issues.isEmpty { lines += broken() }
        return (lines + ["</testsuites>", ""]).joined(separator: "\n")
    }

    private func suite(_ file: String, _ results: [TestResult]) -> [String] {
        let time = Self.seconds(results.reduce(.zero) { $0 + $1.duration })
        let head = "  <testsuite name=\"\(Self.escaped(file))\" \(Self.counts(results)) errors=\"0\" time=\"\(time)\">"
        return [head] + results.flatMap(testCase) + ["  </testsuite>"]
    }

    private func testCase(_ result: TestResult) -> [String] {
        let head =
            "    <testcase classname=\"\(Self.escaped(result.file))\" name=\"\(Self.escaped(result.name))\" "
            + "file=\"\(Self.escaped(result.file))\" line=\"\(result.location.line)\" "
            + "time=\"\(Self.seconds(result.duration))\""
        switch result.outcome {
        case .passed: return [head + "/>"]
        case .skipped:
            return [head + ">", "      <skipped message=\"\(Self.escaped(result.reason))\"/>", "    </testcase>"]
        case .failed:
            let text = TestText(style: .init()).failure(of: result).joined(separator: "\n")
            let message = result.failures.first.map { "\($0.location): \($0.summary)" } ?? ""
            return [
                head + ">", "      <failure message=\"\(Self.escaped(message))\">\(Self.escaped(text))</failure>",
                "    </testcase>",
            ]
        }
    }

    private func broken() -> [String] {
        let cases = report.issues.flatMap { issue in
            [
                "    <testcase classname=\"\(Self.escaped(issue.location.file))\" name=\"the file can be read\">",
                "      <error message=\"\(Self.escaped(issue.message))\">\(Self.escaped(issue.description))</error>",
                "    </testcase>",
            ]
        }
        let count = report.issues.count
        return [
            "  <testsuite name=\"files\" tests=\"\(count)\" failures=\"0\" skipped=\"0\" errors=\"\(count)\" time=\"0\">"
        ] + cases + ["  </testsuite>"]
    }

    private static func counts(_ results: [TestResult]) -> String {
        let (failed, skipped) = (
            results.count { $0.outcome == .failed }, results.count { $0.outcome == .skipped }
        )
        return "tests=\"\(results.count)\" failures=\"\(failed)\" skipped=\"\(skipped)\""
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, rest) = (duration.wholeMilliseconds / 1000, duration.wholeMilliseconds % 1000)
        return "\(seconds).\(String(String(1000 + rest).dropFirst()))"
    }

    /// The text within XML; characters that XML does not have become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
