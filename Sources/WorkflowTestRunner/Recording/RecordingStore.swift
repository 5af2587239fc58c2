import WorkflowCore
import WorkflowTesting

/// Keeps the state of an application in memory, and tells of every transition.
struct RecordingStore: ForwardingStateStore {
    let recorder: TestRecorder
    let base: any StateStore = InMemoryStateStore()

    init(_ recorder: TestRecorder) {
        self.recorder = recorder
    }

    func commit(_ transaction: StoreTransaction) async throws {
        try await base.commit(transaction)
        recorder.add(transaction)
    }
}
