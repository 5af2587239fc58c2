import WorkflowCommandLine
import WorkflowCore
import WorkflowPlatform

/// An audit log in a file.
struct AuditExport {
    let file: String
    /// A hash that must be in it; `nil` for none.
    let expectedHead: String?
    /// The identifier of the company that it must be of; `nil` for whatever the first entry says.
    let company: String?

    /// Computes the chain of hashes anew.
    ///
    /// - Returns: A report like that of the platform.
    /// - Throws: ``CommandFailure`` when it cannot be read, or is no export.
    func verify() throws -> JSONValue {
        var chain: AuditChain?
        var isHeadFound = expectedHead == nil
        var reason: String?
        try LineReader(path: file).each { number, line in
            guard let entry = try entry(line, number) else { return true }
            var current = chain ?? AuditChain(company: company ?? entry.shown("company_id"))
            reason = current.append(exported: entry.objectValue ?? [:])
            chain = current
            isHeadFound = isHeadFound || current.head == expectedHead
            return reason == nil
        }
        guard let chain else {
            throw CommandFailure(.noInput, "There is no entry in \(file).", hint: "make it with `wfctl audit export`")
        }
        if reason == nil, !isHeadFound { reason = "the entry with the expected head is missing" }
        return [
            "company_id": .string(chain.company), "valid": .bool(reason == nil), "entries": .integer(chain.entries),
            "head": .string(chain.head),
            "first_invalid": reason == nil ? .null : .integer(chain.entries + 1),
            "reason": reason.map { .string($0) } ?? .null,
        ]
    }

    private func entry(_ line: String, _ number: Int) throws -> JSONValue? {
        guard !line.isEmpty else { return nil }
        do {
            let entry = try JSONValue(parsing: line)
            if entry["hash"] != nil, entry["company_id"] != nil { return entry }
        } catch {
            // Said below.
        }
        throw CommandFailure(
            .noInput, "Line \(number) of \(file) is no entry of an audit log.",
            hint: "make the file with `wfctl audit export`")
    }
}
