#if PostgreSQL
import CLibPQ
import WorkflowStore

extension SQLError {
    /// Creates the error for a result of the server. Only what cannot hold data is quoted: the primary message, which
    /// names tables and columns, never the detail, which quotes values.
    init(result: OpaquePointer?, at location: String) {
        let state =
            result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) } ?? ""
        let text = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "M"))) }.map { String(cString: $0) }
        self.init(sqlState: state, message: text ?? "no message", at: location)
    }

    /// Creates the error for a code of PostgreSQL's appendix A.
    init(sqlState: String, message: String, at location: String) {
        switch sqlState {
        case "23505":
            self.init(.uniqueViolation, "a row with this key exists")
        case "53100":
            self.init(.full, "no space is left for the database \(location)")
        case "57014":
            self.init(.unavailable, "the database \(location) ended a statement: \(message)")
        case "25P03":
            self.init(.unavailable, "the database \(location) ended a transaction that waited too long")
        case "XX001", "XX002":
            self.init(.corrupted, "the database \(location) is damaged: \(message); restore it from a backup")
        case _ where ["08", "40", "53", "55", "57", "58"].contains(sqlState.prefix(2)):
            self.init(.unavailable, "the database \(location) cannot be used now: \(message)")
        case _ where sqlState.hasPrefix("22"):
            self.init(.invalidStatement, "the database refused a value: \(Self.withoutValue(message))")
        default:
            self.init(.invalidStatement, "the database refused a statement: \(message)")
        }
    }

    /// Messages about values quote them.
    private static func withoutValue(_ message: String) -> String {
        guard let start = message.firstIndex(of: "\""), let end = message.lastIndex(of: "\""), start < end else {
            return message
        }
        return message[...start] + "…" + message[end...]
    }

    /// Codes of transactions that were undone because of another one and may be tried again: serialization failure and
    /// deadlock.
    static func mayBeTriedAgain(_ state: String) -> Bool { state == "40001" || state == "40P01" }
}
#endif
