#if Redis
extension Duration {
    /// The whole milliseconds, as Redis takes lifetimes.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
#endif
