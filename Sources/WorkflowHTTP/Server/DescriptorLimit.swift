#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// How many files and sockets this process may have open.
enum DescriptorLimit {
    /// What is left for files, databases and connections that the process opens itself.
    static let reserve = 256
    private static let ceiling = 1_048_576

    /// The limit, which the first use raises as far as the system allows; usually only 1024 are given at first.
    static let current = raise()

    /// Raises the limit to what the system allows.
    ///
    /// - Returns: The limit from now on.
    static func raise() -> Int {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        let current = limit.rlim_cur
        #if canImport(Darwin)
        // More is refused, whatever the hard limit says.
        let allowed = min(limit.rlim_max, rlim_t(OPEN_MAX))
        #else
        let allowed = limit.rlim_max
        #endif
        limit.rlim_cur = max(current, min(allowed, rlim_t(ceiling)))
        return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : current)
    }

    /// How many of the connections that are wanted a limit has room for.
    static func connections(wanted: Int, descriptors: Int) -> Int {
        min(wanted, max(descriptors - reserve, descriptors / 4, 1))
    }
}
