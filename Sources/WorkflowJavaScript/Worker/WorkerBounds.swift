#if JavaScript
import CJavaScriptCore
import WorkflowCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The limits that a worker process puts on itself once JavaScriptCore has started and before any script runs.
///
/// They hold because the process starts with `GIGACAGE_ENABLED=0`: otherwise JavaScriptCore keeps typed arrays in address
/// space that it reserved at its start, and the limit on address space does not reach them.
struct WorkerBounds {
    /// Memory that is granted before the first component says how much it may use.
    private static let initialMemory = 32 << 20
    /// Descriptors that the worker may have open.
    private static let descriptors: UInt64 = 32

    /// The file that says how large this process is; open for as long as the process lives.
    private var statistics: Int32 = -1
    private var base: UInt64 = 0
    private var granted = 0
    private var hasReported = false

    /// Puts the limits into force.
    ///
    /// - Returns: What could not be done, or `nil`.
    mutating func apply() -> String? {
        statistics = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard workflow_limit_files(Self.descriptors) == 0 else { return Self.defect("a limit on descriptors", errno) }
        // From here on no file can be opened.
        let code = workflow_worker_filter()
        guard code == 0 else { return Self.defect("a filter of system calls (seccomp)", code) }
        base = addressSpace()
        return grant(Self.initialMemory) ? nil : Self.defect("a limit on memory", errno)
    }

    private static func defect(_ what: String, _ code: Int32) -> String {
        "\(what): \(String(cString: strerror(code)))"
    }

    /// Grants what a component may use, when that is more than any before it.
    mutating func raise(for load: UnsafeRawBufferPointer) {
        var reader = ScriptPayloadReader(load)
        _ = grant(EngineLimits(reading: &reader).memory)
    }

    /// Whether the process that started this one still lives.
    func isChild(of parent: UInt64) -> Bool {
        UInt64(clamping: getppid()) == parent
    }

    /// Whether little memory is left even after collecting; `true` only once.
    mutating func isShort(after engine: ScriptEngine) -> Bool {
        guard engine.wantsMemoryCheck, !hasReported else { return false }
        engine.wantsMemoryCheck = false
        let limit = base + UInt64(granted)
        guard addressSpace() > limit - UInt64(granted / 8) else { return false }
        engine.collectGarbage()
        hasReported = addressSpace() > limit - UInt64(granted / 8)
        return hasReported
    }

    private mutating func grant(_ memory: Int) -> Bool {
        guard memory > granted else { return true }
        granted = memory
        #if os(Linux)
        return workflow_limit_address_space(base + UInt64(memory)) == 0
        #else
        return true
        #endif
    }

    /// The size of this process's address space in bytes.
    private func addressSpace() -> UInt64 {
        guard statistics >= 0 else { return 0 }
        return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            let count = pread(statistics, buffer.baseAddress, buffer.count, 0)
            let digits = buffer.prefix(max(0, count)).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            return (UInt64(String(decoding: digits, as: UTF8.self)) ?? 0) * UInt64(getpagesize())
        }
    }
}
#endif
