/// Decides which traces are recorded.
struct TraceSampler: Sendable, Hashable {
    /// The samplers of the OpenTelemetry specification, by the names of `OTEL_TRACES_SAMPLER`.
    enum Kind: String, Sendable, CaseIterable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case ratio = "traceidratio"
        case parentAlwaysOn = "parentbased_always_on"
        case parentAlwaysOff = "parentbased_always_off"
        case parentRatio = "parentbased_traceidratio"
    }

    private let followsParent: Bool
    /// Traces whose last 7 bytes are a number below this one are not recorded.
    private let threshold: UInt64

    /// - Parameters:
    ///   - kind: The sampler.
    ///   - ratio: The share of the traces to record, from 0 to 1; for the kinds with a ratio.
    init(_ kind: Kind, ratio: Double) {
        followsParent = [.parentAlwaysOn, .parentAlwaysOff, .parentRatio].contains(kind)
        let share =
            switch kind {
            case .alwaysOn, .parentAlwaysOn: 1.0
            case .alwaysOff, .parentAlwaysOff: 0.0
            case .ratio, .parentRatio: min(max(ratio, 0), 1)
            }
        threshold = UInt64(((1 - share) * 0x1p56).rounded())
    }

    /// Whether a trace is recorded.
    ///
    /// A trace that began in this process stays as it is. The decision of another process counts when the sampler
    /// follows its parents.
    ///
    /// - Parameters:
    ///   - trace: The trace.
    ///   - parent: Where it comes from; `nil` when it begins here.
    func records(_ trace: TraceContext.TraceID, parent: TraceContext?) -> Bool {
        if let parent, followsParent || !parent.isRemote { return parent.isSampled }
        return trace.low & 0x00FF_FFFF_FFFF_FFFF >= threshold
    }
}
