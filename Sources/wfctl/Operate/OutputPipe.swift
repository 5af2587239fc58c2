import Foundation

/// Standard output of a command that goes on by itself.
enum OutputPipe {
    /// Whether somebody may still read it: `wfctl logs -f | head` ends with `head`.
    static var isRead: Bool {
        var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&state, 1, 0) <= 0 || state.revents & Int16(POLLERR | POLLNVAL) == 0
    }
}
