import Dispatch
import Logging
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// Tells systemd how the process is doing, for units with `Type=notify` and `Type=notify-reload` (`sd_notify(3)`).
///
/// Without `NOTIFY_SOCKET` in the environment it does nothing.
struct UpgradeNotifier: Service {
    /// What there is to tell.
    enum Event: String {
        /// The application serves; also at the end of a reload, whether it was taken or refused.
        case ready = "READY=1"
        /// A reload has begun.
        case reloading = "RELOADING=1"
        /// The process finishes what is under way and ends.
        case stopping = "STOPPING=1"
    }

    private let path: String?
    private let logger: Logger

    /// Reads where to tell it.
    ///
    /// - Parameters:
    ///   - environment: The environment of the process.
    ///   - logger: Gets a line at level `warning` when something could not be told.
    init(environment: [String: String], logger: Logger) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        self.logger = logger
    }

    /// Tells that the process stops as soon as it is asked to. Belongs at the end of the group, which stops backwards.
    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // It ends without asking, which is told all the same.
        }
        tell(.stopping)
    }

    /// Tells something.
    ///
    /// - Parameters:
    ///   - event: What has happened.
    ///   - status: A line for people, which `systemctl status` shows.
    func tell(_ event: Event, status: String? = nil) {
        guard let path else { return }
        var lines = [event.rawValue]
        if event == .reloading { lines.append("MONOTONIC_USEC=\(Self.monotonicMicroseconds)") }
        if let status { lines.append("STATUS=\(status.split(whereSeparator: \.isNewline).joined(separator: " "))") }
        if let problem = Self.send(lines.joined(separator: "\n"), to: path) {
            logger.warning(
                "The service manager could not be told",
                metadata: ["event": "\(event.rawValue)", "error": "\(problem)"])
        }
    }

    private static var monotonicMicroseconds: Int {
        Int(clamping: DispatchTime.now().uptimeNanoseconds / 1000)
    }

    /// Sends one datagram.
    ///
    /// - Returns: What went wrong.
    private static func send(_ message: String, to path: String) -> String? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A leading `@` stands for NUL: a name that is not in the file system.
        let name = path.hasPrefix("@") ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
        let isFitting = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard name.count < room.count else { return false }
            room.copyBytes(from: name)
            return true
        }
        guard isFitting, path.hasPrefix("/") || path.hasPrefix("@") else {
            return "NOTIFY_SOCKET is neither a path nor a name with @ that fits"
        }
        #if canImport(Glibc)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
        let descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
        #endif
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        let size = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + name.count
        let bytes = Array(message.utf8)
        let sent = withUnsafeBytes(of: address) { raw in
            raw.withMemoryRebound(to: sockaddr.self) {
                // A manager that does not read must not hold up the process.
                sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0.baseAddress, socklen_t(size))
            }
        }
        return sent == bytes.count ? nil : String(cString: strerror(errno))
    }
}
