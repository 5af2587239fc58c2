/// What a reload may do.
public struct ReloadOptions: Sendable, Equatable {
    /// Whether instances may be left in states that the new definitions do not have.
    public var isForced: Bool
    /// Where such instances go.
    public var mapping: ReloadMapping

    /// Creates options.
    public init(isForced: Bool = false, mapping: ReloadMapping = ReloadMapping()) {
        self.isForced = isForced
        self.mapping = mapping
    }
}
