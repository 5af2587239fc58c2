import Crypto
import WorkflowCore

/// Identifiers of executions that are made of what they are for, as UUID version 7: first the time, as all others have.
enum TimedID {
    /// The identifier of the life of an instance: the same whenever it is asked for, and another one in every
    /// environment, since each has instances of its own.
    static func make(_ instance: StateMachineInstance, of key: DeploymentKey) -> ID<Execution> {
        var hash = SHA256()
        for part in [key.description, instance.workflowType, instance.id, String(instance.startTime.nanoseconds)] {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0])
        }
        let digest = Array(hash.finalize())
        var bytes = time(instance.startTime) + digest.prefix(10)
        bytes[6] = 0x70 | bytes[6] & 0x0F
        bytes[8] = 0x80 | bytes[8] & 0x3F
        return ID(stored: text(bytes))
    }

    /// What sorts before the identifiers of a time, and behind those of the time before, to the millisecond.
    static func start(of time: Timestamp) -> String {
        text(Self.time(time) + Array(repeating: 0, count: 10))
    }

    private static func time(_ time: Timestamp) -> [UInt8] {
        let milliseconds = UInt64(max(0, time.milliseconds))
        return (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - $0 * 8)) }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
