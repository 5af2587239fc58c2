#if PostgreSQL
import CLibPQ
import WorkflowStore

extension PostgreSQLConnection {
    func error(in result: OpaquePointer) -> SQLError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: nil
        default: remembered(result)
        }
    }

    func remembered(_ result: OpaquePointer?) -> SQLError {
        lastState =
            result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) } ?? ""
        return SQLError(result: result, at: settings.location)
    }

    func lost(_ result: OpaquePointer? = nil) -> SQLError {
        let text = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "M"))) } ?? PQerrorMessage(handle)
        return SQLError(
            .unavailable, "the connection to the database \(settings.location) was lost: \(Self.reason(text))")
    }

    /// The first line of a message of libpq.
    static func reason(_ message: UnsafePointer<CChar>?) -> String {
        let text = message.map { String(cString: $0) } ?? ""
        return text.split { $0 == "\n" || $0 == "\t" }.joined(separator: "; ")
    }
}
#endif
