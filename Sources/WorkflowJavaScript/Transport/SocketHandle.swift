#if JavaScript
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A descriptor that is closed when nobody uses it any more, so that no late write reaches a descriptor of the same number.
final class SocketHandle: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Sends what the socket takes without waiting.
    ///
    /// - Returns: How many bytes were sent, or `nil` when the connection is broken.
    func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let flags = Int32(MSG_DONTWAIT) | noSignal
                #if canImport(Darwin)
                let count = Darwin.send(
                    descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, flags)
                #elseif canImport(Glibc)
                let count = Glibc.send(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, flags)
                #else
                let count = Musl.send(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, flags)
                #endif
                if count >= 0 {
                    offset += count
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    break
                } else if errno != EINTR {
                    return nil
                }
            }
            return offset
        }
    }
}
#endif
