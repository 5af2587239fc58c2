import Dispatch

extension DispatchQueue {
    /// Runs work that waits for the disk on this queue, so that it blocks no thread of the cooperative pool.
    ///
    /// - Parameter work: What to run; it is run to its end even when the task is cancelled.
    /// - Throws: What `work` throws.
    func perform<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            self.async {
                do throws(Failure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
