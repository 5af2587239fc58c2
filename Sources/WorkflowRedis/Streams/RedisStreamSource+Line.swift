#if Redis
import Synchronization
import WorkflowCore
import WorkflowModules

/// What the line of messages asks for.
extension RedisStreamSource: DeliverySource {
    var beatInterval: Duration { link.configuration.ackWait / 3 }

    /// A message stays at its node, so that no other message of its key overtakes it.
    var retriesElsewhere: Bool { false }

    func begin(_ receipt: RedisPlace) -> Bool {
        let now = link.environment.clock.now
        return state.withLock { state in
            guard var held = state.held[receipt] else { return false }
            if held.stalePlaces > 0 {
                state.held[receipt]?.stalePlaces -= 1
                return false
            }
            held.isQueued = false
            if state.isParking || held.renewed.duration(to: now) > link.configuration.ackWait {
                // Somebody else may have it by now. Those after it wait too, so that the order stays.
                held.isParked = true
                (state.isParking, state.isBeatDue) = (true, true)
                state.held[receipt] = held
                return false
            }
            held.isBegun = true
            state.held[receipt] = held
            return true
        }
    }

    func settle(_ receipt: RedisPlace, as outcome: DeliveryOutcome) {
        state.withLock { state in
            let held = state.held.removeValue(forKey: receipt)
            switch outcome {
            case .done, .never:
                state.finished.insert(receipt)
                state.acknowledged.append(receipt)
            case .again:
                guard let held else { return }
                state.returned.append((receipt, held.attempts))
            }
        }
        wake()
    }

    func pull() { wake() }

    func beat() {
        state.withLock { ($0.isBeatDue, $0.isTakeOverDue) = (true, true) }
        wake()
    }

    func stopReceiving() {}

    func willEnd() { link.remove(self) }

    func release() async {
        let work = state.withLock { state in
            state.isReleased = true
            return state.work
        }
        signal.finish()
        await work?.value
        note(firstAttempt: .success(()))
        await leave()
    }
}
#endif
