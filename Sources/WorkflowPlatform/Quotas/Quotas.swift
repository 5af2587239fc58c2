import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Keeps companies within their limits.
///
/// Amounts are counted in the transaction of what they count, behind the lock of the company or by one statement, so
/// that two at once do not both get the last one.
final class Quotas: Sendable {
    private static let refreshInterval = Duration.seconds(15)

    private let standard: QuotaLimits
    private let database: any SQLDatabase
    private let clock: any EngineClock
    private let logger: Logger
    private let gates = Mutex<[ID<Company>: RequestGate]>([:])

    /// Creates quotas.
    ///
    /// - Parameter standard: The limits of companies about which nothing else was decided.
    init(standard: QuotaLimits, database: any SQLDatabase, clock: any EngineClock, logger: Logger) {
        self.standard = standard
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    /// The limits of a company.
    func limits(of company: ID<Company>, _ connection: any SQLConnection) throws -> QuotaLimits {
        let choices = try QuotaTable.find(company, connection)
        func limit(_ quota: Quota) -> Int? {
            (choices[quota] ?? .standard).limit(quota.limit(in: standard))
        }
        return QuotaLimits(
            workflows: limit(.workflows), deployments: limit(.deployments), executions: limit(.executions),
            requests: limit(.requests))
    }

    // MARK: - Amounts

    /// Makes sure that a company may have one more workflow; call it behind the lock of the company.
    ///
    /// - Throws: ``HTTPError`` 402.
    func admitWorkflow(_ company: ID<Company>, _ connection: any SQLConnection) throws {
        guard let limit = try limits(of: company, connection).workflows else { return }
        let used = try QuotaTable.workflows(of: company, connection)
        guard used < limit else { throw QuotaError.exceeded(.workflows, limit: limit, used: used) }
    }

    /// Makes sure that a company may have one more deployment; call it behind the lock of the company.
    ///
    /// - Throws: ``HTTPError`` 402.
    func admitDeployment(_ company: ID<Company>, _ connection: any SQLConnection) throws {
        guard let limit = try limits(of: company, connection).deployments else { return }
        let used = try QuotaTable.deployments(of: company, connection)
        guard used < limit else { throw QuotaError.exceeded(.deployments, limit: limit, used: used) }
    }

    /// Counts an execution that somebody asks for by hand, and that has not begun. Those that begin by themselves are
    /// counted when they are written (``ExecutionUsage``), also beyond the limit, which closes the mounts of the
    /// company (see ``refreshGates()``).
    ///
    /// - Throws: ``HTTPError`` 402 when the executions of the month are used up.
    func admitExecution(_ company: ID<Company>, _ connection: any SQLConnection) throws {
        let month = CalendarMonth(of: clock.now)
        guard let limit = try limits(of: company, connection).executions else {
            return try QuotaTable.add(executions: 1, of: company, in: month, connection)
        }
        guard limit > 0, try QuotaTable.addExecution(of: company, in: month, upTo: limit, connection) else {
            let used = try QuotaTable.executions(of: company, in: month, connection)
            throw QuotaError.exceeded(.executions, limit: limit, used: used, resetsAt: month.next.start)
        }
    }

    // MARK: - Requests of deployed workflows

    /// Decides about the requests of all deployed workflows of a company.
    func gate(of company: ID<Company>) -> RequestGate {
        gates.withLock { gates in
            if let gate = gates[company] { return gate }
            let gate = RequestGate()
            gates[company] = gate
            return gate
        }
    }

    /// Closes the gates of companies whose executions are used up, and opens them again, until the task is cancelled.
    func run() async {
        do {
            while true {
                await refreshGates()
                try await clock.sleep(for: Self.refreshInterval)
            }
        } catch {
            return
        }
    }

    /// Closes the gates of companies whose executions are used up, and opens the others.
    func refreshGates() async {
        let gates = gates.withLock { $0 }
        guard !gates.isEmpty else { return }
        let month = CalendarMonth(of: clock.now)
        do {
            let (refusals, gone) = try await database.read { connection in
                let gone = try gates.keys.filter { try CompanyTable.find($0, connection) == nil }
                let refusals = try gates.keys.map { company -> (ID<Company>, HTTPError?) in
                    guard let limit = try self.limits(of: company, connection).executions else { return (company, nil) }
                    let used = try QuotaTable.executions(of: company, in: month, connection)
                    return (company, used >= limit ? QuotaError.closed(until: month.next.start) : nil)
                }
                return (refusals, gone)
            }
            for (company, refusal) in refusals { gates[company]?.refusal = refusal }
            self.gates.withLock { gates in for company in gone { gates[company] = nil } }
        } catch {
            logger.warning("What companies have used could not be read", metadata: ["error": "\(error)"])
        }
    }
}

/// The answers when something is used up.
enum QuotaError {
    private static let paymentRequired = HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")

    /// 402 for the requests of deployed workflows; whoever sends them learns nothing about the company.
    static func closed(until time: Timestamp) -> HTTPError {
        PlatformError.problem(
            paymentRequired, "quota-exceeded",
            "The application has used up what it may do this month; it takes requests again from \(time).")
    }

    /// 402.
    static func exceeded(_ quota: Quota, limit: Int, used: Int, resetsAt: Timestamp? = nil) -> HTTPError {
        let advice =
            resetsAt.map { "It is counted anew from \($0)." }
            ?? "Remove what is not needed, or ask the operator of the platform for more."
        return PlatformError.problem(
            paymentRequired, "quota-exceeded",
            "The company has used \(used) of \(limit) \(quota.rawValue.replacing("_", with: " ")). \(advice)",
            details: [
                "quota": [
                    "name": .string(quota.rawValue), "limit": .integer(Int64(limit)), "used": .integer(Int64(used)),
                    "resets_at": Documents.time(resetsAt),
                ]
            ])
    }
}
