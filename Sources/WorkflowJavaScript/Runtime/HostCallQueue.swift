#if JavaScript
/// The host calls of one component that its worker waits for: a bounded number is executed, the others wait in order.
struct HostCallQueue {
    struct Call {
        let id: UInt64
        /// The script's call that asks.
        let call: UInt64
        let function: String
        let arguments: [UInt8]
    }

    private struct Running {
        let call: UInt64
        let bytes: Int
        /// `nil` until its first part has run.
        var task: Task<Void, Never>?
    }

    private var waiting: [Call] = []
    private var running: [UInt64: Running] = [:]
    private var bytes = 0

    var count: Int { waiting.count + running.count }
    var isWaiting: Bool { !waiting.isEmpty }

    /// Takes a call.
    ///
    /// - Returns: Why it is refused, or `nil`. The worker refuses too; this is for one that does not.
    mutating func add(_ call: Call) -> String? {
        guard count < EngineLimits.hostCalls else { return EngineLimits.tooManyHostCalls }
        guard bytes + call.arguments.count <= EngineLimits.hostCallBytes else {
            return EngineLimits.tooMuchHostCallData
        }
        guard running[call.id] == nil else { return "the host call is being executed already" }
        bytes += call.arguments.count
        waiting.append(call)
        return nil
    }

    /// The next call that may be executed.
    mutating func next() -> Call? {
        guard !waiting.isEmpty, running.count < EngineLimits.concurrentHostCalls else { return nil }
        let call = waiting.removeFirst()
        running[call.id] = Running(call: call.call, bytes: call.arguments.count)
        return call
    }

    /// Remembers the task that executes a call; `false` when the call is over.
    mutating func attach(_ task: Task<Void, Never>, to id: UInt64) -> Bool {
        guard running[id] != nil else { return false }
        running[id]?.task = task
        return true
    }

    /// A call has been executed; `false` when nobody waits for it any more.
    mutating func end(_ id: UInt64) -> Bool {
        guard let call = running.removeValue(forKey: id) else { return false }
        bytes -= call.bytes
        return true
    }

    /// Cancels what a call of the script, or with `nil` all of them, asked for.
    mutating func cancel(of call: UInt64?) {
        guard count > 0 else { return }
        waiting.removeAll { waiting in
            guard call == nil || waiting.call == call else { return false }
            bytes -= waiting.arguments.count
            return true
        }
        for (id, task) in running where call == nil || task.call == call {
            task.task?.cancel()
            _ = end(id)
        }
    }
}
#endif
