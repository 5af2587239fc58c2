import Foundation
import Testing
import WorkflowCatalog
import WorkflowCore

@Suite("docs/compatibility.md")
struct CompatibilityTableTests {
    private struct Row {
        let name: String
        let test: String
    }

    private static func rows() throws -> [Row] {
        let text = try String(contentsOfFile: "\(ServerProcess.packageFolder)/docs/compatibility.md", encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| "), !line.hasPrefix("| name ") else { return nil }
            // A bar within a cell is written as \|.
            let cells = line.replacing("\\|", with: "¦").split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count == 3 else {
                Issue.record("not three cells: \(line)")
                return nil
            }
            return Row(name: cells[0], test: cells[2])
        }
    }

    /// The texts of all test files, by file name without the ending.
    private static func tests() throws -> [String: String] {
        let folder = "\(ServerProcess.packageFolder)/Tests"
        var texts: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix(".swift") {
            let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
            texts[name, default: ""] += try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        }
        return texts
    }

    @Test("every row names tests that exist, or says why there is none")
    func testsExist() throws {
        let (rows, tests) = try (Self.rows(), Self.tests())
        #expect(rows.count > 200)
        for row in rows where !row.test.hasPrefix("**open (") && !row.test.hasPrefix("**left out**: ") {
            for entry in row.test.split(separator: ";") {
                let parts = entry.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                guard parts.count == 2, let text = tests[parts[0]] else {
                    Issue.record("\(row.name): there is no test file for '\(entry)'")
                    continue
                }
                #expect(
                    text.contains("func \(parts[1])(") || text.contains("func `\(parts[1])`")
                        || text.contains("\"\(parts[1])\""), "\(row.name): there is no test '\(entry)'")
            }
        }
    }

    @Test("every type, workflow and trigger of the catalogue has a row")
    func typesHaveRows() throws {
        let names = try Self.rows().map(\.name)
        for descriptor in StandardCatalog.registry.descriptors {
            let prefix = descriptor.section == .module ? "" : "\(descriptor.section.rawValue)s."
            let hasRow = names.contains { $0.hasPrefix("`\(prefix)\(descriptor.type)`") }
            #expect(hasRow, "\(prefix)\(descriptor.type)")
        }
    }
}
