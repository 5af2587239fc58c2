import Foundation
import Synchronization

/// What this process writes to and reads from.
public struct Terminal: Sendable {
    /// Standard output, for results.
    public static let output = Terminal(descriptor: STDOUT_FILENO)
    /// Standard error, for messages.
    public static let errors = Terminal(descriptor: STDERR_FILENO)
    /// Standard input.
    public static let input = Terminal(descriptor: STDIN_FILENO)

    private static let lastFailure = Mutex<String?>(nil)

    private let descriptor: Int32

    /// Why something could not be written, such as a full disk; `nil` when everything was, or nobody reads any more.
    public static var failure: String? { lastFailure.withLock { $0 } }

    /// Whether a person sits in front of it.
    public var isInteractive: Bool { isatty(descriptor) == 1 }

    /// Its columns; `nil` for a pipe or a file, where lines may have any length.
    public var width: Int? {
        guard isInteractive else { return nil }
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(40, Int(size.ws_col)) }
        return 80
    }

    /// Colours on a terminal that has them, unless `NO_COLOR` is set; none in a pipe.
    public var style: TextStyle {
        let variables = ProcessInfo.processInfo.environment
        let isWanted = (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
        return TextStyle(isColoured: isWanted && isInteractive)
    }

    private static func fail(_ code: Int32) {
        lastFailure.withLock { $0 = String(cString: strerror(code)) }
    }

    /// Writes text as it is; see ``failure``.
    public func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EAGAIN {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = Foundation.poll(&poll, 1, -1)
            } else if errno != EINTR {
                // That nobody reads any more is no failure of the command.
                if errno != EPIPE { Self.fail(errno) }
                return
            }
        }
    }
}
