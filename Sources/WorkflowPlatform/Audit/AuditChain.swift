public import WorkflowCore

/// Checks the entries of an audit log one after another, wherever they come from: each holds the hash of the one
/// before.
///
/// ```swift
/// var chain = AuditChain(company: "0198…")
/// for line in lines {
///     if let reason = chain.append(exported: line) { print("entry \(chain.entries + 1): \(reason)") }
/// }
/// ```
public struct AuditChain: Sendable {
    /// The identifier of the company; empty for the log of what belongs to none.
    public let company: String
    /// How many entries are in order.
    public private(set) var entries: Int64 = 0
    /// The hash of the last of them; empty before the first.
    public private(set) var head = ""

    /// Begins in front of the first entry.
    ///
    /// - Parameter company: The identifier of the company.
    public init(company: String) {
        self.company = company
    }

    /// Adds the next entry when it is in order.
    ///
    /// - Parameters:
    ///   - document: All members of the entry but its own hash.
    ///   - hash: Its hash, as it was kept.
    /// - Returns: What is wrong with it; `nil` when nothing is.
    mutating func append(_ document: JSONObject, hash: String) -> String? {
        guard document["sequence"]?.intValue == Int(entries + 1) else { return "the entry is missing" }
        guard document["previous_hash"]?.stringValue == head else { return "the entry does not follow the one before" }
        guard AuditHash.hash(document, company: company) == hash else { return "the entry was changed" }
        entries += 1
        head = hash
        return nil
    }

    /// Adds the next entry of an export when it is in order.
    ///
    /// - Parameter line: A line of the export.
    /// - Returns: What is wrong with it; `nil` when nothing is.
    public mutating func append(exported line: JSONObject) -> String? {
        guard line["company_id"]?.stringValue == company else { return "the entry belongs to another company" }
        var document = line
        document["company_id"] = nil
        document["hash"] = nil
        return append(document, hash: line["hash"]?.stringValue ?? "")
    }
}
