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

/// The main program of a script worker: the process in which ``JavaScriptRuntime`` runs scripts.
///
/// The executable that the runtime is configured with calls ``main()`` when it is started as a worker, before it does
/// anything else:
///
/// ```swift
/// if CommandLine.arguments.dropFirst().first == JavaScriptWorker.argument { JavaScriptWorker.main() }
/// ```
public enum JavaScriptWorker {
    /// The first argument by which an executable knows that it is started as a worker.
    public static let argument = "script-worker"

    /// The descriptor of the socket to the engine.
    static let socketDescriptor: Int32 = 3
    /// The descriptor of the memory that says what the worker executes; closed as soon as it is mapped.
    static let markerDescriptor: Int32 = 4

    /// Runs the worker until the engine closes the connection.
    public static func main() -> Never {
        run(descriptor: socketDescriptor)
    }

    /// Runs the worker on another descriptor than the usual one.
    ///
    /// - Parameter descriptor: The socket to the engine.
    public static func run(descriptor: Int32) -> Never {
        signal(SIGPIPE, SIG_IGN)
        workflow_worker_prepare()
        let memory = mmap(nil, StretchMarker.size, PROT_READ | PROT_WRITE, MAP_SHARED, markerDescriptor, 0)
        guard let memory, memory != MAP_FAILED else {
            let message = "This is the worker mode of a script runtime. Only the runtime can start it.\n"
            _ = message.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
            exit(64)
        }
        close(markerDescriptor)
        workflow_close_from(UInt32(max(descriptor, markerDescriptor) + 1))
        var loop = WorkerLoop(descriptor: descriptor, marker: StretchMarker(memory))
        loop.run()
        // Without destructors: the process has nothing to save, and JavaScriptCore's threads still run.
        _exit(0)
    }
}
#endif
