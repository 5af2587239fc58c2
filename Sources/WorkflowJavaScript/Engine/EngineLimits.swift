#if JavaScript
/// The limits of one component as the engine uses them.
struct EngineLimits: Equatable {
    /// Seconds of processor time of one stretch.
    let cpuTime: Double
    /// Nanoseconds of one call, waiting included.
    let wallTime: UInt64
    /// Bytes that the worker's scripts may allocate.
    let memory: Int
    /// The greatest size of an output, in bytes.
    let outputSize: Int
    /// The least severe log level that is sent, from 0 for `debug` to 3 for `error`.
    let logLevel: Int

    /// The names of the log levels.
    static let logLevels = ["debug", "info", "warn", "error"]

    /// Log lines of one call; further ones are dropped.
    static let logLines = 100
    /// Characters of one log line or its metadata, and of one error message.
    static let messageLength = 4096
    /// Timers that one component may have at once.
    static let timers = 10_000
    /// Host calls that one component may have in flight at once.
    static let hostCalls = 1024
    static let tooManyHostCalls = "too many host calls in flight: at most \(hostCalls)"
    /// Bytes of arguments that the host calls of one component may hold at once.
    static let hostCallBytes = 16 << 20
    static let tooMuchHostCallData = "too much data in host calls in flight: at most \(hostCallBytes) bytes"
    /// Host calls of one component that the engine executes at once; more wait.
    static let concurrentHostCalls = 64

    init(cpuTime: Double, wallTime: UInt64, memory: Int, outputSize: Int, logLevel: Int = 0) {
        self.cpuTime = cpuTime
        self.wallTime = wallTime
        self.memory = memory
        self.outputSize = outputSize
        self.logLevel = logLevel
    }

    init(reading reader: inout ScriptPayloadReader) {
        cpuTime = Double(max(1, reader.number())) / 1e9
        wallTime = UInt64(max(1, reader.number()))
        memory = max(0, reader.number())
        outputSize = max(0, reader.number())
        logLevel = max(0, reader.number())
    }

    func write(to writer: inout ScriptPayloadWriter) {
        writer.number(Int(cpuTime * 1e9))
        writer.number(Int(clamping: wallTime))
        writer.number(memory)
        writer.number(outputSize)
        writer.number(logLevel)
    }
}
#endif
