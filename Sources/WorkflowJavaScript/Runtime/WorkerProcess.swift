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

/// A worker process and what its parent holds of it.
final class WorkerProcess: Sendable {
    let identifier: pid_t
    let socket: SocketHandle
    let marker: StretchMarker
    // @unchecked is not needed for an address, but a raw pointer is not Sendable; it is only unmapped, in `deinit`.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

    private init(identifier: pid_t, socket: SocketHandle, memory: UnsafeMutableRawPointer) {
        self.identifier = identifier
        self.socket = socket
        self.memory = memory
        marker = StretchMarker(memory)
    }

    deinit {
        munmap(memory, StretchMarker.size)
    }

    /// Starts a worker. It ends when the calling thread does.
    ///
    /// - Parameters:
    ///   - executable: The program.
    ///   - arguments: Its arguments, without its own name.
    /// - Throws: ``ScriptError`` `.workerLost`, which says what could not be done.
    static func spawn(executable: String, arguments: [String]) throws(ScriptError) -> WorkerProcess {
        let page = workflow_shared_memory(StretchMarker.size)
        guard page >= 0 else { throw failure("shared memory") }
        defer { close(page) }
        let memory = mmap(nil, StretchMarker.size, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0)
        guard let memory, memory != MAP_FAILED else { throw failure("mapping shared memory") }

        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
        let type = SOCK_STREAM
        #else
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #endif
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            munmap(memory, StretchMarker.size)
            throw failure("a socket")
        }
        let ours = SocketHandle(ends[0])
        let theirs = SocketHandle(ends[1])
        do {
            let identifier = try launch(executable, arguments, socket: theirs.descriptor, page: page)
            return WorkerProcess(identifier: identifier, socket: ours, memory: memory)
        } catch {
            munmap(memory, StretchMarker.size)
            throw error
        }
    }

    /// Ends the process at once.
    func kill() {
        #if canImport(Darwin)
        _ = Darwin.kill(identifier, SIGKILL)
        #elseif canImport(Glibc)
        _ = Glibc.kill(identifier, SIGKILL)
        #else
        _ = Musl.kill(identifier, SIGKILL)
        #endif
    }

    /// Waits until the process has ended.
    ///
    /// - Returns: Its status, or `nil` when someone else has collected it.
    func wait() -> Int32? {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 {
            if errno != EINTR { return nil }
        }
        return status
    }

    private static func launch(
        _ executable: String, _ arguments: [String], socket: Int32, page: Int32
    ) throws(ScriptError) -> pid_t {
        // Copies above the numbers that the worker gets, so that no dup2 overwrites the other's source.
        let first = JavaScriptWorker.markerDescriptor + 1
        let socketCopy = workflow_duplicate_above(socket, first)
        let pageCopy = workflow_duplicate_above(page, first)
        defer {
            close(socketCopy)
            close(pageCopy)
        }
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        guard socketCopy >= 0, pageCopy >= 0, posix_spawn_file_actions_init(&actions) == 0 else {
            throw failure("descriptors")
        }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { throw failure("spawn attributes") }
        defer { posix_spawnattr_destroy(&attributes) }
        for standard in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", standard == 0 ? O_RDONLY : O_WRONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, socketCopy, JavaScriptWorker.socketDescriptor)
        posix_spawn_file_actions_adddup2(&actions, pageCopy, JavaScriptWorker.markerDescriptor)
        // Its own group, so that a terminal's interrupt reaches the engine, which drains, and not the worker.
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        workflow_spawn_close_from(&actions, &attributes, flags, first)

        var identifier: pid_t = 0
        let result = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment()) { posix_spawn(&identifier, executable, &actions, &attributes, arguments, $0) }
        }
        guard result == 0 else { throw failure(executable, code: result) }
        return identifier
    }

    /// What a worker finds in its environment: how JavaScriptCore is to run, and nothing of the engine's.
    private static func environment() -> [String] {
        var environment = ["GIGACAGE_ENABLED=0", "JSC_useJIT=0", "TZ=UTC"]
        // Where the dynamic linker looks belongs to the executable, not to the script.
        if let path = getenv("LD_LIBRARY_PATH") { environment.append("LD_LIBRARY_PATH=\(String(cString: path))") }
        return environment
    }

    private static func failure(_ what: String, code: Int32 = errno) -> ScriptError {
        ScriptError(.workerLost, "no script worker could be started: \(what): \(String(cString: strerror(code)))")
    }

    /// Calls `body` with a C array of C strings, ended by a null pointer.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
        pointers[strings.count] = nil
        defer {
            for index in strings.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }
}
#endif
