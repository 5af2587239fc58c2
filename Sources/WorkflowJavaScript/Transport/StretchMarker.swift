#if JavaScript
import CJavaScriptCore

/// Says which call a worker is executing at this moment, in memory that both the worker and its parent see.
///
/// A stretch is one uninterrupted run of script code. The sequence number is odd while one runs, so that whoever watches
/// can tell "still the same stretch" from "another one already", and knows whom to blame when the worker ends.
// @unchecked: the words are only accessed atomically.
struct StretchMarker: @unchecked Sendable {
    static let size = 32

    private let words: UnsafeMutablePointer<UInt64>

    init(_ memory: UnsafeMutableRawPointer) {
        words = memory.bindMemory(to: UInt64.self, capacity: 4)
    }

    /// A marker in memory of this process alone.
    static func allocate() -> StretchMarker {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        return StretchMarker(memory)
    }

    func deallocate() {
        UnsafeMutableRawPointer(words).deallocate()
    }

    func begin(call: UInt64, component: UInt32) {
        workflow_atomic_store(words + 1, call)
        workflow_atomic_store(words + 2, UInt64(component))
        workflow_atomic_store(words, workflow_atomic_load(words) | 1)
    }

    func end() {
        workflow_atomic_store(words, (workflow_atomic_load(words) | 1) &+ 1)
    }

    func reset() {
        for index in 0..<4 { workflow_atomic_store(words + index, 0) }
    }

    /// The stretch that runs now.
    var current: Stretch? {
        let sequence = workflow_atomic_load(words)
        guard sequence & 1 == 1 else { return nil }
        let stretch = Stretch(
            sequence: sequence, call: workflow_atomic_load(words + 1),
            component: UInt32(truncatingIfNeeded: workflow_atomic_load(words + 2)))
        return workflow_atomic_load(words) == sequence ? stretch : nil
    }

    struct Stretch: Equatable {
        let sequence: UInt64
        let call: UInt64
        let component: UInt32
    }
}
#endif
