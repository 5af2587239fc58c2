#if Redis
/// Which server a client connects to, and how long it waits for it.
package struct RedisSettings: Sendable, Hashable {
    /// The host name or address.
    package var host: String
    /// The port.
    package var port: Int
    /// The number of the database.
    package var database = 0
    /// The user; empty for the default one.
    package var user = ""
    /// The password; empty for none.
    package var password = ""
    /// How long a connection may take to be ready.
    package var connectTimeout: Duration = .seconds(2)
    /// How long a command may take.
    package var commandTimeout: Duration = .seconds(1)
    /// The longest pause before another attempt to connect.
    package var reconnectLimit: Duration = .seconds(2)
    /// How many commands may wait for their answers.
    package var maximumPending = 10_000
    /// How many bytes of commands may wait for their answers.
    package var maximumPendingBytes = 64 << 20

    /// Creates settings without a password.
    package init(host: String, port: Int = 6379) {
        self.host = host
        self.port = port
    }

    /// The server as log lines and errors show it: without user and password.
    package var place: String {
        "\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    }
}
#endif
