import Synchronization
import WorkflowCore

/// Tickets that open one stream each, for readers that cannot send a header, such as `EventSource` in browsers.
///
/// They are kept in memory: whoever loses one to a restart asks for another.
final class StreamTickets: Sendable {
    /// What a ticket is for, and in whose name.
    struct Ticket: Sendable {
        let kind: ActivityKind
        let workflow: ID<Workflow>
        let user: ID<User>
        let credential: Caller.Credential
        let expiresAt: Timestamp
    }

    /// More are forgotten, the oldest first.
    private static let limit = 10_000

    private let secrets: SecretTokens
    private let lifetime: Duration
    private let tickets = Mutex<[String: Ticket]>([:])

    init(secrets: SecretTokens, lifetime: Duration) {
        self.secrets = secrets
        self.lifetime = lifetime
    }

    /// Makes a ticket.
    func make(
        _ kind: ActivityKind, of workflow: ID<Workflow>, for caller: Caller, now: Timestamp
    ) -> (secret: String, expiresAt: Timestamp) {
        let secret = secrets.make(.ticket)
        let ticket = Ticket(
            kind: kind, workflow: workflow, user: caller.user, credential: caller.credential,
            expiresAt: now.advanced(by: lifetime))
        tickets.withLock { tickets in
            if tickets.count >= Self.limit {
                tickets = tickets.filter { $0.value.expiresAt > now }
            }
            if tickets.count >= Self.limit, let oldest = tickets.min(by: { $0.value.expiresAt < $1.value.expiresAt }) {
                tickets[oldest.key] = nil
            }
            tickets[SecretTokens.hash(secret)] = ticket
        }
        return (secret, ticket.expiresAt)
    }

    /// Takes a ticket, which works this once.
    ///
    /// - Parameters:
    ///   - secret: What was shown.
    ///   - kind: What the stream shows.
    ///   - workflow: The workflow of the stream.
    /// - Returns: `nil` when there is no such ticket for this stream.
    func take(_ secret: String, _ kind: ActivityKind, of workflow: String, now: Timestamp) -> Ticket? {
        guard SecretTokens.isKind(.ticket, secret),
            let ticket = tickets.withLock({ $0.removeValue(forKey: SecretTokens.hash(secret)) }),
            ticket.expiresAt > now, ticket.kind == kind, ticket.workflow.text == workflow
        else { return nil }
        return ticket
    }
}
