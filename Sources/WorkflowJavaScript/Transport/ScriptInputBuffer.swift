#if JavaScript
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

#if canImport(Darwin)
/// The flag that keeps `send` from raising a signal.
let noSignal: Int32 = 0
#else
/// The flag that keeps `send` from raising a signal.
let noSignal = Int32(MSG_NOSIGNAL)
#endif

/// `poll` for one descriptor, under a name that no method hides.
func systemPoll(_ descriptor: inout pollfd, _ timeout: Int32) -> Int32 {
    poll(&descriptor, 1, timeout)
}

/// Collects what a socket brings until it makes whole frames.
struct ScriptInputBuffer {
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var count = 0

    /// Reads what is there, without waiting, and calls `body` for each whole frame.
    ///
    /// - Returns: Whether the connection is still open and sound.
    mutating func read(from descriptor: Int32, _ body: (ScriptFrame) -> Void) -> Bool {
        while true {
            let space = buffer.count - count
            let received = buffer.withUnsafeMutableBytes { bytes in
                recv(descriptor, bytes.baseAddress.map { $0 + count }, space, Int32(MSG_DONTWAIT))
            }
            if received == 0 { return false }
            if received < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN || errno == EWOULDBLOCK
            }
            count += received
            guard consume(body) else { return false }
            if received < space { return true }
        }
    }

    /// Hands out the whole frames and moves the rest to the front, with room for at least as much again.
    private mutating func consume(_ body: (ScriptFrame) -> Void) -> Bool {
        let used = buffer.withUnsafeBytes {
            ScriptFrame.forEach(in: UnsafeRawBufferPointer(rebasing: $0[..<count]), body)
        }
        guard let used else { return false }
        let rest = count - used
        if used > 0, rest > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                base.copyMemory(from: base + used, byteCount: rest)
            }
        }
        count = rest
        if buffer.count - count < buffer.count / 2 {
            buffer += [UInt8](repeating: 0, count: buffer.count)
        } else if count == 0, buffer.count > 1 << 20 {
            buffer = [UInt8](repeating: 0, count: 64 << 10)
        }
        return true
    }
}
#endif
