import NIOCore
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// What differs between addresses that cannot be listened on, in words.
enum BindFailure {
    /// Whether an error of binding `::` means that the machine has no IPv6.
    static func isWithoutIPv6(_ error: IOError) -> Bool {
        error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL
    }

    static func error(for error: any Error, address: ListenAddress) -> WorkflowError {
        let (reason, remedy) =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE?:
                ("the address is already in use", "stop the other program, or choose another port")
            case EACCES?, EPERM?:
                ("this user may not use it", "choose a port above 1023, or give the program the right to bind it")
            case EADDRNOTAVAIL?:
                ("this machine has no such address", "choose one of its own addresses, or ':port' for all of them")
            case ENOENT?, ENOTDIR?:
                ("the directory does not exist", "create it first")
            default:
                ("\(error)", "check the address")
            }
        return WorkflowError(.unavailable, "Cannot listen on \(address): \(reason); \(remedy).")
    }
}
