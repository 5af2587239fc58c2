import Synchronization

#if canImport(Glibc)
import Glibc
// In a whole-module build the compiler takes `timespec` for a member of this module.
#if canImport(SwiftOverlayShims)
import SwiftOverlayShims
#endif
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// What the operating system says about this process, under the usual `process_*` names.
///
/// Memory, start time and descriptors are read from `/proc` and missing where there is none. What costs more than a few
/// microseconds to find out is at most a second old.
public enum ProcessMetrics {
    /// Adds the metrics to a registry; they are read when it is rendered.
    public static func register(in registry: MetricsRegistry) {
        let cpu = registry.counter("process_cpu_seconds_total", help: "CPU time, user and system, in seconds.").with()
        setCPU(cpu)
        registry.onCollect { setCPU(cpu) }
        guard let start = startTime() else { return }
        let resident = registry.gauge("process_resident_memory_bytes", help: "Resident memory in bytes.").with()
        let virtual = registry.gauge("process_virtual_memory_bytes", help: "Virtual memory in bytes.").with()
        let open = registry.gauge("process_open_fds", help: "Open file descriptors.").with()
        let limit = registry.gauge("process_max_fds", help: "The greatest number of open file descriptors.").with()
        let uptime = registry.gauge("process_uptime_seconds", help: "Seconds since the process started.").with()
        let started = registry.gauge("process_start_time_seconds", help: "Start of the process in seconds since 1970.")
        started.with().set(start)
        let lastReading = Mutex(Timestamp(nanoseconds: .min))
        registry.onCollect {
            let now = Timestamp.systemNow()
            uptime.set(max(0, Double(now.nanoseconds) / 1e9 - start))
            let isDue = lastReading.withLock { last in
                guard last.duration(to: now) >= .seconds(1) || now < last else { return false }
                last = now
                return true
            }
            guard isDue else { return }
            if let (size, pages) = memoryPages() {
                let page = Double(sysconf(Int32(_SC_PAGESIZE)))
                virtual.set(size * page)
                resident.set(pages * page)
            }
            if let count = openDescriptors() { open.set(Double(count)) }
            if let maximum = descriptorLimit() { limit.set(maximum) }
        }
    }

    private static func setCPU(_ counter: MetricCounter) {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return }
        counter.set(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// Size and resident set, in pages.
    private static func memoryPages() -> (size: Double, resident: Double)? {
        guard let fields = read("/proc/self/statm")?.split(separator: " "), fields.count > 1,
            let size = Double(fields[0]), let resident = Double(fields[1])
        else { return nil }
        return (size, resident)
    }

    /// The start of the process in seconds since 1970.
    private static func startTime() -> Double? {
        // Field 22 of stat, counted after the command in parentheses, which may contain spaces: ticks since boot.
        guard let stat = read("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[end...].split(separator: " ")
        let bootLine = read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 20, let ticks = Double(fields[20]),
            let boot = bootLine.flatMap({ Double($0.dropFirst(6)) })
        else { return nil }
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        return ticksPerSecond > 0 ? boot + ticks / ticksPerSecond : nil
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // ".", ".." and the descriptor of the directory itself do not count.
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return max(count, 0)
    }

    private static func descriptorLimit() -> Double? {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        while content.count < 1 << 20 {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = chunk.withUnsafeMutableBytes { unistdRead(descriptor, $0) }
            if count <= 0 { break }
            content.append(contentsOf: chunk.prefix(count))
        }
        return String(decoding: content, as: UTF8.self)
    }

    private static func unistdRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Darwin)
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #else
        Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
