import Synchronization

/// Makes the identifiers of traces and spans: cheap, without locks, and never the same twice within a process.
///
/// They are the numbers of a SplitMix64 generator (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014) that starts at a random place. They are spread evenly, which sampling needs, and are no secrets.
final class TraceIdentifiers: Sendable {
    private let state: Atomic<UInt64>
    /// Differs from process to process, so that two of them cannot make the same traces.
    private let salt: UInt64

    init(seed: UInt64 = .random(in: .min ... .max), salt: UInt64 = .random(in: .min ... .max)) {
        state = Atomic(seed)
        self.salt = salt
    }

    /// The identifier of a new trace.
    func nextTrace() -> TraceContext.TraceID {
        let number = nextSpan()
        return TraceContext.TraceID(high: Self.mix(number ^ salt), low: number)
    }

    /// The identifier of a new span.
    func nextSpan() -> UInt64 {
        while true {
            let number = Self.mix(state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue)
            if number != 0 { return number }
        }
    }

    private static func mix(_ number: UInt64) -> UInt64 {
        var mixed = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
