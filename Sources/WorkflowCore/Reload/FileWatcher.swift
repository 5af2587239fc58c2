import Dispatch
public import Logging
import Synchronization

/// Tells when files of a configuration have changed, once for each burst of changes.
///
/// The operating system says when something happens (inotify, kqueue); what counts is whether the content of a watched
/// file is another then, or whether a file has come or gone. A file that is written in place, replaced by rename, removed
/// and created again or reached through links that now lead elsewhere is seen alike. Where the system says nothing, as
/// for network file systems, or refuses to watch more, a slow comparison finds changes.
///
/// ```swift
/// let watcher = FileWatcher(["app.yaml"], logger: logger)     // before the configuration is loaded
/// let configuration = try loader.load(["app.yaml"])
/// watcher.watch(["app.yaml"] + configuration.files)           // with what it includes
/// await watcher.run { change in await reload(change.files) }  // until the task is cancelled
/// ```
public final class FileWatcher: Sendable {
    /// How to watch.
    public struct Configuration: Sendable {
        /// How long nothing may have happened before a change is told.
        public var debounce: Duration = .milliseconds(500)
        /// How long after the first event a change is told although more happens.
        public var maximumDelay: Duration = .seconds(10)
        /// How often files are compared without being told of a change.
        public var comparisonInterval: Duration = .seconds(5)
        /// Tells by its name whether an entry of a watched folder is a file to watch.
        public var isWatched: @Sendable (_ name: String) -> Bool = FileWatcher.isConfigurationFile

        /// Creates a configuration with the defaults.
        public init() {}
    }

    /// What has changed.
    public struct Change: Sendable, Hashable {
        /// The absolute paths of the files that have another content, have come or have gone, in order.
        public var files: [String]
    }

    struct State {
        var paths: [String]
        var known: FileWatcherSnapshot
        /// How many events there were; told apart by number, so that none is missed while another is worked on.
        var events = 0
        var limitation: WorkflowError?
    }

    let configuration: Configuration
    let clock: any EngineClock
    let logger: Logger
    let makeNotifier: MakeFileWatcherNotifier
    let queue = DispatchQueue(label: "workflow.file-watcher", qos: .utility)
    let wakeUp = WakeUp()
    let notifier = Mutex<(any FileWatcherNotifier)?>(nil)
    let state: Mutex<State>

    /// Creates a watcher and reads how the files are now; what changes from here on is told by ``run(_:)``.
    ///
    /// - Parameters:
    ///   - paths: Files and folders, which need not exist. The files of a folder that
    ///     ``Configuration/isWatched`` accepts are watched, but not its subfolders.
    ///   - configuration: How to watch.
    ///   - clock: Measures the times.
    ///   - logger: Is told when the system refuses to watch.
    public convenience init(
        _ paths: [String], configuration: Configuration = Configuration(), clock: any EngineClock = SystemClock(),
        logger: Logger
    ) {
        self.init(
            paths, configuration: configuration, clock: clock, logger: logger,
            makeNotifier: Self.makeSystemNotifier)
    }

    init(
        _ paths: [String], configuration: Configuration, clock: any EngineClock, logger: Logger,
        makeNotifier: @escaping MakeFileWatcherNotifier
    ) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.makeNotifier = makeNotifier
        let paths = Self.absolute(paths)
        let known = FileWatcherSnapshot(paths: paths, isWatched: configuration.isWatched)
        state = Mutex(State(paths: paths, known: known))
    }

    /// Why changes are found by the slow comparison only; `nil` while the system tells of them.
    public var limitation: WorkflowError? { state.withLock { $0.limitation } }

    /// Watches other files and folders from now on.
    ///
    /// A file that was not watched before counts as changed, as it may have changed since it was read.
    ///
    /// - Parameter paths: Files and folders, in place of those watched so far.
    public func watch(_ paths: [String]) {
        let paths = Self.absolute(paths)
        let isOther = state.withLock { state in
            defer { state.paths = paths }
            return state.paths != paths
        }
        if isOther { noteEvent() }
    }

    /// Watches until the task is cancelled, and has released every descriptor when it returns.
    ///
    /// There may be only one run at a time.
    ///
    /// - Parameter onChange: Called when something has changed and all is quiet again. What changes while it runs is told
    ///   by the next call.
    public func run(_ onChange: @Sendable (Change) async -> Void) async {
        var handled = 0
        while !Task.isCancelled {
            let isOther = await inspect()
            if isOther || events != handled {
                handled = await settle()
                guard !Task.isCancelled else { break }
                if let change = await compare() { await onChange(change) }
            } else {
                await wakeUp.wait(until: clock.now.advanced(by: configuration.comparisonInterval), clock: clock)
            }
        }
        let last = notifier.withLock { $0.take() }
        await last?.close()
    }
}
