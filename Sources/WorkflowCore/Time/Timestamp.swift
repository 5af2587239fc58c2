#if canImport(Glibc)
import Glibc
// In a whole-module build the compiler takes `timespec` for a member of this module.
#if canImport(SwiftOverlayShims)
import SwiftOverlayShims
#endif
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A point in time with nanosecond resolution, counted from the Unix epoch in UTC.
///
/// Its text form is RFC 3339 with a trailing `Z`.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var nanoseconds: Int64

    /// Creates a timestamp from nanoseconds since the Unix epoch.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Creates a timestamp from whole seconds since the Unix epoch; what cannot be represented becomes the nearest that
    /// can.
    public init(seconds: Int64) {
        self.nanoseconds = seconds.multipliedClamped(by: 1_000_000_000)
    }

    /// Whole seconds since the Unix epoch, rounded down.
    public var seconds: Int64 {
        nanoseconds.floorDivided(by: 1_000_000_000)
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    public var milliseconds: Int64 {
        nanoseconds.floorDivided(by: 1_000_000)
    }

    /// The wall-clock time of this machine.
    public static func systemNow() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Returns the timestamp that lies `duration` later, or the last (or first) one there is.
    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds.addedClamped(duration.wholeNanoseconds))
    }

    /// Returns the time from this timestamp to `other`; negative when `other` is earlier.
    public func duration(to other: Timestamp) -> Duration {
        .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// The duration in nanoseconds; fractions of a nanosecond are dropped, and what does not fit (292 years) is cut.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedClamped(by: 1_000_000_000).addedClamped(attoseconds / 1_000_000_000)
    }

    /// The duration in milliseconds; fractions of a millisecond are dropped.
    public var wholeMilliseconds: Int64 {
        wholeNanoseconds / 1_000_000
    }

    /// The duration in seconds.
    public var inSeconds: Double {
        Double(wholeNanoseconds) / 1e9
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func addedClamped(_ other: Int64) -> Int64 {
        let (sum, isOverflow) = addingReportingOverflow(other)
        guard isOverflow else { return sum }
        return other < 0 ? .min : .max
    }

    fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, isOverflow) = multipliedReportingOverflow(by: factor)
        guard isOverflow else { return product }
        return (self < 0) == (factor < 0) ? .max : .min
    }
}
