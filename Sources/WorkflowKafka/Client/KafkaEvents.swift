#if Kafka
import CKafka
import Dispatch
import Synchronization

/// Takes the events of one queue of a client, one after another, on the dispatch queue of the client; no thread waits.
///
/// `@unchecked Sendable`: the library locks its queues itself, and the pointer never changes.
final class KafkaEvents: @unchecked Sendable {
    /// What the library calls when there is something in the queue that was empty.
    private final class Signal: Sendable {
        let pending = Atomic(false)
        let calls: DispatchQueue
        let serve: @Sendable () -> Void

        init(_ calls: DispatchQueue, _ serve: @escaping @Sendable () -> Void) {
            self.calls = calls
            self.serve = serve
        }

        func send() {
            guard !pending.exchange(true, ordering: .acquiringAndReleasing) else { return }
            calls.async {
                self.pending.store(false, ordering: .releasing)
                self.serve()
            }
        }
    }

    let queue: OpaquePointer
    private let client: KafkaHandle
    private let signal: Unmanaged<Signal>

    /// Begins to take events.
    ///
    /// - Parameters:
    ///   - queue: The queue, which is given up with this object.
    ///   - client: Whose queue it is.
    ///   - isWanted: Whether the next event is to be taken; otherwise ``look()`` must be called later.
    ///   - receive: Gets each event.
    init(
        _ queue: OpaquePointer, of client: KafkaHandle, isWanted: @escaping @Sendable () -> Bool = { true },
        receive: @escaping @Sendable (OpaquePointer) -> Void
    ) {
        self.queue = queue
        self.client = client
        let address = UInt(bitPattern: queue)
        signal = Unmanaged.passRetained(
            Signal(client.calls) {
                while isWanted(), let event = rd_kafka_queue_poll(OpaquePointer(bitPattern: address), 0) {
                    receive(event)
                    rd_kafka_event_destroy(event)
                }
            })
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, signal in
                guard let signal else { return }
                Unmanaged<Signal>.fromOpaque(signal).takeUnretainedValue().send()
            }, signal.toOpaque())
        look()
    }

    /// Takes what is there.
    func look() {
        signal.takeUnretainedValue().send()
    }

    deinit {
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
        let (address, client, signal) = (UInt(bitPattern: queue), client, signal)
        client.calls.async {
            // After what has been sent; keeps the client until then.
            rd_kafka_queue_destroy(OpaquePointer(bitPattern: address))
            signal.release()
            _ = client
        }
    }
}
#endif
