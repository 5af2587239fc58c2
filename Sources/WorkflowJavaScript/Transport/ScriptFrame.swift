#if JavaScript
/// What a frame between the engine and a script worker says.
enum ScriptFrameKind: UInt8 {
    // To the worker.
    /// Settings of the worker process: the parent's process id, memory.
    case configure = 1
    /// A component to compile and initialise.
    case load
    /// A call of the component's `start`.
    case start
    /// A call of the component's `execute`; the payload is JSON, ended by a zero byte.
    case execute
    /// A call of the component's `stop`.
    case stop
    /// The component goes; its context is released.
    case unload
    /// The call is of no interest any more.
    case cancel
    /// The host's answer to a host call, JSON ended by a zero byte.
    case hostReply
    /// The host's refusal of a host call, text ended by a zero byte.
    case hostError

    // From the worker.
    /// The worker process has started; the payload is empty, or says why it could not bound itself.
    case ready = 64
    /// A call ended well; the payload is JSON, or for a load the component's name and contract.
    case result
    /// A call failed.
    case failure
    /// A script asks something of the host.
    case hostCall
    /// A script writes a log line.
    case log
    /// The worker's memory is used up, or nearly so and collecting did not help: it should be replaced.
    case pressure
    /// The component's background code used more processor time than it may; the component has been unloaded.
    case overspent
}

/// The fixed start of every frame: payload length, kind, component, id. All numbers are in host order, as both ends are
/// the same program on the same machine.
struct ScriptFrameHeader {
    static let size = 20

    var length: Int
    var kind: UInt8
    var component: UInt32
    var id: UInt64

    init(_ kind: ScriptFrameKind, component: UInt32, id: UInt64, length: Int) {
        self.length = length
        self.kind = kind.rawValue
        self.component = component
        self.id = id
    }

    init(reading bytes: UnsafeRawBufferPointer) {
        length = Int(bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        kind = bytes.loadUnaligned(fromByteOffset: 4, as: UInt8.self)
        component = bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        id = bytes.loadUnaligned(fromByteOffset: 12, as: UInt64.self)
    }

    func append(to buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Self.size, alignment: 8) { header in
            header.initializeMemory(as: UInt8.self, repeating: 0)
            header.storeBytes(of: UInt32(truncatingIfNeeded: length), toByteOffset: 0, as: UInt32.self)
            header.storeBytes(of: kind, toByteOffset: 4, as: UInt8.self)
            header.storeBytes(of: component, toByteOffset: 8, as: UInt32.self)
            header.storeBytes(of: id, toByteOffset: 12, as: UInt64.self)
            buffer.append(contentsOf: header)
        }
    }
}

/// One frame as it lies in a receive buffer; valid only while that buffer is.
struct ScriptFrame {
    let kind: ScriptFrameKind
    let component: UInt32
    let id: UInt64
    let payload: UnsafeRawBufferPointer

    /// Appends a frame to a buffer.
    static func append(
        _ kind: ScriptFrameKind, component: UInt32, id: UInt64, payload: UnsafeRawBufferPointer,
        to buffer: inout [UInt8]
    ) {
        ScriptFrameHeader(kind, component: component, id: id, length: payload.count).append(to: &buffer)
        buffer.append(contentsOf: payload)
    }

    /// Calls `body` with each whole frame in `bytes`.
    ///
    /// - Returns: How many bytes were used up; the rest is the beginning of a frame. `nil` when the bytes are no frames.
    static func forEach(in bytes: UnsafeRawBufferPointer, _ body: (ScriptFrame) -> Void) -> Int? {
        var offset = 0
        while bytes.count - offset >= ScriptFrameHeader.size {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let header = ScriptFrameHeader(reading: rest)
            guard let kind = ScriptFrameKind(rawValue: header.kind), header.length <= maximumPayload else { return nil }
            let end = ScriptFrameHeader.size + header.length
            guard rest.count >= end else { break }
            body(
                ScriptFrame(
                    kind: kind, component: header.component, id: header.id,
                    payload: UnsafeRawBufferPointer(rebasing: rest[ScriptFrameHeader.size..<end])))
            offset += end
        }
        return offset
    }

    /// The greatest payload either end accepts.
    static let maximumPayload = 256 << 20
}
#endif
