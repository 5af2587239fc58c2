import Logging
import Synchronization
import WorkflowCore

/// Gives the lines of a workflow to whoever keeps them, besides what the program does with its log.
struct RecordingLogHandler: LogHandler {
    /// What is known of the place where lines are made; all copies of the handler share it.
    final class Place: Sendable {
        let key: DeploymentKey
        private let traces = Mutex<Traces?>(nil)

        init(_ key: DeploymentKey) {
            self.key = key
        }

        /// Takes the traces of an engine that starts.
        func use(_ traces: Traces) { self.traces.withLock { $0 = traces } }

        /// The trace of the current task; empty for none.
        fileprivate var trace: String {
            let place = traces.withLock { $0 }?.current ?? ""
            // `traceparent`: the version, the trace, the span and flags, with dashes between them.
            return place.split(separator: "-").dropFirst().first.map(String.init) ?? ""
        }
    }

    var metadata: Logger.Metadata = [:] {
        didSet { base.metadata = metadata }
    }
    private var base: any LogHandler
    private let place: Place
    private let recorder: LogRecorder

    init(_ base: any LogHandler, at place: Place, recorder: LogRecorder) {
        self.base = base
        self.place = place
        self.recorder = recorder
        metadata = base.metadata
    }

    /// Both have a level of their own.
    var logLevel: Logger.Level {
        get { min(base.logLevel, recorder.level) }
        set { base.logLevel = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level >= base.logLevel { base.log(event: event) }
        guard event.level >= recorder.level else { return }
        let task = LogLine.Task(execution: ExecutionScope.currentID ?? "", trace: place.trace)
        recorder.record(event, metadata, of: place.key, in: task)
    }
}
