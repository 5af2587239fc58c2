import Synchronization
import WorkflowCore

/// Identifiers in the form of a UUID version 7 that are the same in each run of a test.
final class CountingIdentifiers: IdentifierGenerator {
    private let clock: any EngineClock
    private let count = Atomic<UInt64>(0)

    init(clock: any EngineClock) {
        self.clock = clock
    }

    func next() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        let time = Self.digits(UInt64(bitPattern: clock.now.milliseconds) & 0xFFFF_FFFF_FFFF)
        return "\(time.prefix(8))-\(time.suffix(4))-7000-8000-\(Self.digits(number))"
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 12 - text.count)) + text
    }
}
