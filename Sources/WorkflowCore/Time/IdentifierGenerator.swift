import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// Makes identifiers that are unique without coordination.
public protocol IdentifierGenerator: Sendable {
    /// Returns a new identifier; never the same twice.
    func next() -> String
}

/// UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits.
///
/// Identifiers made later sort later (to the millisecond), which keeps database indexes compact.
public struct UUIDv7Generator: IdentifierGenerator {
    private let clock: any EngineClock
    private let random = RandomWords()

    /// Creates a generator that takes its time from `clock`.
    public init(clock: any EngineClock = SystemClock()) {
        self.clock = clock
    }

    public func next() -> String {
        let milliseconds = UInt64(bitPattern: clock.now.milliseconds)
        let (first, second) = random.next()
        let high = milliseconds << 16 | 0x7000 | first & 0x0FFF
        let low = second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUIDv7Generator.text(high: high, low: low)
    }

    static func text(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 16 ? high : low
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 0xF
                buffer[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                position += 1
            }
            return position
        }
    }
}

/// Random numbers of the operating system, fetched many at a time since each fetch is a system call.
private final class RandomWords: Sendable {
    /// What `getentropy` gives at most in one call.
    private static let batchBytes = 256

    private let words = Mutex<[UInt64]>([])

    func next() -> (UInt64, UInt64) {
        words.withLock { words in
            if words.count < 2 { words = Self.fetch() }
            return (words.removeLast(), words.removeLast())
        }
    }

    private static func fetch() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: batchBytes / MemoryLayout<UInt64>.size)
        guard words.withUnsafeMutableBytes({ getentropy($0.baseAddress, $0.count) }) == 0 else {
            var generator = SystemRandomNumberGenerator()
            return words.map { _ in generator.next() }
        }
        return words
    }
}
