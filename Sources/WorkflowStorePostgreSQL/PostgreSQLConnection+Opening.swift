#if PostgreSQL
import CLibPQ
import WorkflowStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension PostgreSQLConnection {
    /// Takes the place of a connection that was lost. Blocks.
    func reopen() throws {
        let handle = try Self.open(settings)
        PQfinish(self.handle)
        self.handle = handle
        prepared = [:]
        schema = settings.schema
        transaction = .none
        isStuck = false
        try prepareSession()
    }

    /// Opens a connection that nothing was sent on yet. Blocks.
    ///
    /// - Throws: ``SQLError`` `.unavailable`.
    static func open(_ settings: ConnectionSettings) throws -> OpaquePointer {
        var names: [UnsafePointer<CChar>?] = settings.parameters.map { UnsafePointer(strdup($0.name)) } + [nil]
        var values: [UnsafePointer<CChar>?] = settings.parameters.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer { for pointer in names + values { free(UnsafeMutablePointer(mutating: pointer)) } }
        guard let handle = PQconnectdbParams(&names, &values, 0) else {
            throw SQLError(.unavailable, "there is no memory for a connection")
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw SQLError(
                .unavailable, "the database \(settings.location) cannot be reached: \(reason(PQerrorMessage(handle)))")
        }
        return handle
    }

    /// Creates our schema when it is not there, and begins pipeline mode.
    func prepareSession() throws {
        try create(settings.schema)
        era = readEra()
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    /// Creates another schema when it is not there. Call it between transactions.
    ///
    /// - Throws: ``SQLError``.
    func prepare(_ schema: String) throws {
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        defer { PQenterPipelineMode(handle) }
        try create(schema)
    }

    private func create(_ schema: String) throws {
        // A role that may not create schemas has one made for it; then there is nothing to do.
        let sql = "SELECT count(*) FROM pg_namespace WHERE nspname = '\(schema)'"
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK, let result else {
            throw isLost ? lost(result) : SQLError(result: result, at: settings.location)
        }
        guard PostgreSQLRow(result: result, index: 0).integer(0) == 0 else { return }
        let creation = PQexec(handle, "CREATE SCHEMA IF NOT EXISTS \(schema)")
        defer { PQclear(creation) }
        // Another process may have been faster (42P06, 23505).
        let state = creation.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) }
        guard PQresultStatus(creation) == PGRES_COMMAND_OK || state == "42P06" || state == "23505" else {
            throw isLost ? lost(creation) : SQLError(result: creation, at: settings.location)
        }
    }

    /// What must stay the same for a number to mean the same transaction: the cluster, its timeline, and that the
    /// server has not recovered from a crash, after which numbers that were not on disk yet are given out again. (A recovery
    /// resets the statistics; a stop in order keeps them.)
    private func readEra() -> String? {
        let sql = """
            SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()), \
            substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), \
            (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter))
            """
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        // A server that may not be asked, or that follows another one, has none.
        guard PQresultStatus(result) == PGRES_TUPLES_OK, let result else { return nil }
        return PostgreSQLRow(result: result, index: 0).text(0)
    }
}
#endif
