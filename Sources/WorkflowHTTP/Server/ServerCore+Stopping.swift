import NIOCore
import Synchronization

extension ServerCore {
    func connectionClosed() {
        let remaining = openConnections.subtract(1, ordering: .relaxed).newValue
        guard remaining == 0 else { return }
        emptied.withLock { waiter in
            waiter?.resume(returning: true)
            waiter = nil
        }
    }

    /// Waits until no connection is open.
    ///
    /// - Returns: `false` when `duration` passed first.
    func waitUntilEmpty(for duration: Duration, on eventLoop: any EventLoop) async -> Bool {
        let timer = Mutex<Scheduled<Void>?>(nil)
        let isEmpty = await withCheckedContinuation { continuation in
            emptied.withLock { $0 = continuation }
            // After the continuation is in place: the last connection may have gone before.
            if openConnections.load(ordering: .relaxed) == 0 { resumeWaiter(true) }
            let scheduled = eventLoop.scheduleTask(in: TimeAmount(duration)) { self.resumeWaiter(false) }
            timer.withLock { $0 = scheduled }
        }
        timer.withLock { $0?.cancel() }
        return isEmpty
    }

    private func resumeWaiter(_ isEmpty: Bool) {
        emptied.withLock { waiter in
            waiter?.resume(returning: isEmpty)
            waiter = nil
        }
    }
}
