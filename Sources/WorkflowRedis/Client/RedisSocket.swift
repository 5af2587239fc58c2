#if Redis
import CHiredis

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A connection of hiredis that never blocks. Only one thread uses it.
struct RedisSocket: ~Copyable {
    private let context: UnsafeMutablePointer<redisContext>
    /// Whether there are bytes that the system has not taken yet.
    private(set) var hasOutput = false

    /// Begins to connect.
    ///
    /// - Throws: ``RedisError`` when the host is not known or connections are refused at once.
    init(_ settings: RedisSettings) throws(RedisError) {
        guard let context = redisConnectNonBlock(settings.host, Int32(settings.port)) else {
            throw RedisError(.away, "there is no memory for a connection")
        }
        guard context.pointee.err == 0 else {
            let problem = Self.problem(of: context)
            redisFree(context)
            throw RedisError(.away, problem)
        }
        self.context = context
    }

    deinit { redisFree(context) }

    var descriptor: Int32 { context.pointee.fd }

    /// Checks that the connection has come about; to be called when the socket is writable.
    ///
    /// - Throws: ``RedisError``.
    func finishConnecting() throws(RedisError) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
            throw RedisError(.away, String(cString: strerror(code)))
        }
        // A peer that has vanished without a word is noticed in the end.
        _ = redisEnableKeepAlive(context)
    }

    /// Adds bytes to what is to be sent.
    mutating func append(_ bytes: [UInt8]) throws(RedisError) {
        let code = bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { redisAppendFormattedCommand(context, $0.baseAddress, $0.count) }
        }
        guard code == REDIS_OK else { throw failure }
        hasOutput = true
    }

    /// Sends as much as the system takes.
    mutating func flush() throws(RedisError) {
        var isDone: Int32 = 0
        guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure }
        hasOutput = isDone == 0
    }

    /// Reads what has arrived.
    func read() throws(RedisError) {
        guard redisBufferRead(context) == REDIS_OK else { throw failure }
    }

    /// The next complete answer of what has been read.
    func nextReply() throws(RedisError) -> RedisValue? {
        var pointer: UnsafeMutableRawPointer?
        guard redisGetReplyFromReader(context, &pointer) == REDIS_OK else { throw failure }
        guard let pointer else { return nil }
        defer { freeReplyObject(pointer) }
        return Self.value(pointer.assumingMemoryBound(to: redisReply.self))
    }

    private var failure: RedisError { RedisError(.disconnected, Self.problem(of: context)) }

    private static func problem(of context: UnsafeMutablePointer<redisContext>) -> String {
        withUnsafeBytes(of: &context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func value(_ reply: UnsafeMutablePointer<redisReply>) -> RedisValue {
        let reply = reply.pointee
        var bytes: [UInt8] {
            guard let start = reply.str else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: reply.len))
        }
        switch reply.type {
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_STRING: return .bytes(bytes)
        case REDIS_REPLY_STATUS: return .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: return .error(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
            return .array(elements.map { $0.map { value($0) } ?? .null })
        default: return .null
        }
    }
}
#endif
