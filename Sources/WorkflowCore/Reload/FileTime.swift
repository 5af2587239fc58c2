import Foundation

/// Times of files as the system gives them.
enum FileTime {
    /// The nanoseconds since the Unix epoch.
    static func nanoseconds(_ time: timespec) -> Int64 {
        // Seconds and nanoseconds. The members belong to different modules on different systems and in different builds,
        // which a build that wants to see each module imported does not accept.
        let (seconds, nanoseconds) = unsafeBitCast(time, to: (Int, Int).self)
        return Int64(seconds) &* 1_000_000_000 &+ Int64(nanoseconds)
    }
}
