public import Logging
import Synchronization

/// Changes the configuration of a running application: from its files, from a text, and back to earlier versions.
///
/// One change follows another. What was accepted is in the files and in the history before a change is reported.
///
/// ```swift
/// let manager = ConfigurationManager(engine: engine, paths: ["app.yaml"], variables: variables, history: history)
/// try await manager.recordStart(texts)
/// let outcome = try await manager.reload(.signal)
/// ```
public final class ConfigurationManager: Sendable {
    /// What became of a change.
    public struct Outcome: Sendable, Equatable {
        /// What the engine did.
        public var report: ReloadReport
        /// The hash of the configuration that runs now.
        public var hash: String
        /// How long reading the files took.
        public var loading: Duration
        /// The number of the configuration in the history, when it is kept there.
        public var version: Int?
        /// What did not work although the change was made.
        public var warning: String?
    }

    /// The configuration is not the one that a change was meant for.
    public struct PreconditionFailure: Error {
        /// The hash of the configuration that runs.
        public let hash: String
    }

    private struct State {
        var texts: [ConfigurationHistory.Text] = []
        var version: Int?
    }

    /// The application.
    public let engine: WorkflowEngine
    /// The earlier configurations; `nil` when none are kept.
    public let history: ConfigurationHistory?
    private let paths: [String]
    private let loader: ConfigurationLoader
    private let logger: Logger
    private let line = SerialTasks()
    private let state = Mutex(State())

    /// Creates a manager.
    ///
    /// - Parameters:
    ///   - engine: The application.
    ///   - paths: The files and folders that its configuration was loaded from.
    ///   - variables: The variables for `${NAME}`.
    ///   - history: Keeps what was accepted.
    ///   - logger: Is told when a change cannot be recorded.
    public init(
        engine: WorkflowEngine, paths: [String], variables: [String: String], history: ConfigurationHistory?,
        logger: Logger
    ) {
        self.engine = engine
        self.paths = paths
        self.history = history
        self.logger = logger
        loader = ConfigurationLoader(environment: variables)
    }

    /// The hash of the configuration that runs.
    public var hash: String { engine.configuration.hash }

    /// What stands in the files of the configuration that runs, as it was loaded.
    public var texts: [ConfigurationHistory.Text] { state.withLock { $0.texts } }

    /// Keeps the configuration that the application was started with.
    ///
    /// - Parameter texts: What stands in its files.
    public func recordStart(_ texts: [ConfigurationHistory.Text]) async {
        _ = await record(texts, engine.configuration.hash, .start)
    }

    // MARK: - Plans

    /// What a configuration would change, in place of the files or of the only file.
    ///
    /// - Parameter text: The configuration; `nil` for what stands in the files now.
    /// - Throws: ``ConfigurationError``; ``WorkflowError``; ``StoreError``.
    public func plan(_ text: String?) async throws -> ReloadPlan {
        let task = Task.detached { [self] in
            let replacements = try text.map { [try mainFile(): $0] } ?? [:]
            return try await engine.plan(try loader.read(paths, replacing: replacements).configuration)
        }
        return try await task.value
    }

    /// Reads a configuration in place of the only file, with other variables.
    ///
    /// - Throws: ``ConfigurationError``; ``WorkflowError`` `.conflict` when there are several files.
    package func configuration(_ text: String, variables: [String: String]) throws -> ApplicationConfiguration {
        try ConfigurationLoader(environment: variables).read(paths, replacing: [try mainFile(): text]).configuration
    }

    // MARK: - Changes

    /// Reads the files again and changes to what stands there.
    ///
    /// - Parameters:
    ///   - source: Who asks for it.
    ///   - options: What becomes of running instances.
    /// - Returns: What became of it; a configuration with errors is a refusal.
    /// - Throws: ``WorkflowError`` `.unavailable` when the engine does not run.
    public func reload(
        _ source: ConfigurationHistory.Source, options: ReloadOptions = ReloadOptions()
    ) async throws -> Outcome {
        try await line.run { [self] in
            try await change(to: { try loader.read(paths) }, source, options, publish: {}, restore: {})
        }
    }

    /// Changes to a configuration that takes the place of the only file, which is written when the change has worked.
    ///
    /// - Parameters:
    ///   - text: The configuration in YAML or JSON.
    ///   - expected: The hash of the configuration that is to be replaced; `nil` for any.
    ///   - options: What becomes of running instances.
    /// - Throws: ``PreconditionFailure``; ``WorkflowError`` `.conflict` when there are several files, or when the file
    ///   cannot be written or has changed on the disk; `.storageFull`; `.unavailable`.
    public func replace(
        with text: String, expecting expected: String? = nil, options: ReloadOptions = ReloadOptions()
    ) async throws -> Outcome {
        try await line.run { [self] in
            let hash = hash
            guard expected == nil || expected == hash else { throw PreconditionFailure(hash: hash) }
            let file = try mainFile()
            let before = try loader.text(of: file)
            let isUntouched = texts.first { $0.name == file }?.content == before
            guard isUntouched || options.isForced else {
                throw WorkflowError(
                    .conflict,
                    "\(file) has been changed on the disk and not been loaded; reload it first, or force the change.")
            }
            let staged = try StagedFile(text, for: file)
            do {
                let outcome = try await change(
                    to: { try loader.read(paths, replacing: [file: text]) }, .put, options,
                    publish: { try staged.publish() }, restore: { try StagedFile(before, for: file).publish() })
                if outcome.report.status == .refused { staged.discard() }
                return outcome
            } catch {
                staged.discard()
                throw error
            }
        }
    }

    /// Changes back to an earlier configuration, and writes it to its files.
    ///
    /// - Parameters:
    ///   - number: Its number in the history; `nil` for the one before.
    ///   - options: What becomes of running instances.
    /// - Throws: ``WorkflowError`` `.notFound` when it is not kept; `.conflict` when it was made of other files;
    ///   `.unavailable`.
    public func rollBack(to number: Int?, options: ReloadOptions = ReloadOptions()) async throws -> Outcome {
        try await line.run { [self] in
            guard let history else { throw WorkflowError(.notFound, "No earlier configurations are kept.") }
            let found = if let number { try await history.entry(number) } else { try await history.previous() }
            guard let entry = found else {
                throw WorkflowError(.notFound, "There is no earlier configuration to go back to.")
            }
            let replacements = Dictionary(entry.texts.map { ($0.name, $0.content) }, uniquingKeysWith: { $1 })
            let present = try? loader.read(paths).texts
            return try await change(
                to: {
                    let loaded = try loader.read(paths, replacing: replacements)
                    guard loaded.texts == entry.texts else {
                        throw WorkflowError(
                            .conflict,
                            "The configuration \(entry.version.number) was made of other files than there are now; "
                                + "put them back and reload.")
                    }
                    return loaded
                }, .rollback, options, publish: { try Self.write(entry.texts) },
                restore: { try Self.write(present ?? []) })
        }
    }

    private func change(
        to load: () throws -> (configuration: ApplicationConfiguration, texts: [ConfigurationHistory.Text]),
        _ source: ConfigurationHistory.Source, _ options: ReloadOptions,
        publish: @escaping @Sendable () throws -> Void, restore: @escaping @Sendable () throws -> Void
    ) async throws -> Outcome {
        let before = state.withLock { $0 }
        let old = engine.configuration
        var loaded: (configuration: ApplicationConfiguration, texts: [ConfigurationHistory.Text])?
        var refusal: (any Error)?
        let loading = ContinuousClock().measure {
            do { loaded = try load() } catch { refusal = error }
        }
        func outcome(_ report: ReloadReport, version: Int? = nil, warning: String? = nil) -> Outcome {
            Outcome(report: report, hash: hash, loading: loading, version: version, warning: warning)
        }
        guard let loaded else {
            if let error = refusal as? WorkflowError { throw error }
            return outcome(engine.refuse(refusal ?? CancellationError()))
        }
        let rolledBack = RolledBackVersion()
        let report = try await engine.reload(loaded.configuration, options: options) { [self] report in
            await takeBack(report, before, rolledBack, restore)
        }
        guard report.status == .reloaded || report.status == .unchanged else { return outcome(report) }
        do {
            try publish()
        } catch {
            // Accepted is what is also there after a restart.
            if report.status == .reloaded { try await engine.reload(old, options: ReloadOptions(isForced: true)) }
            throw error
        }
        let (version, warning) = await record(loaded.texts, loaded.configuration.hash, source)
        rolledBack.set(version)
        return outcome(report, version: version, warning: warning)
    }

    /// Follows a rollback of the engine.
    private func takeBack(
        _ report: ReloadReport, _ before: State, _ version: RolledBackVersion, _ restore: @Sendable () throws -> Void
    ) async {
        state.withLock { $0 = before }
        do {
            try restore()
            if let number = version.number {
                try await history?.markRolledBack(number, reason: report.reason ?? "")
            }
        } catch {
            logger.error(
                "The rollback of the configuration could not be recorded; a restart would use the one that failed",
                metadata: ["error": "\(error)"])
        }
    }

    private func record(
        _ texts: [ConfigurationHistory.Text], _ hash: String, _ source: ConfigurationHistory.Source
    ) async -> (version: Int?, warning: String?) {
        state.withLock { $0.texts = texts }
        guard let history else { return (nil, nil) }
        do {
            let number = try await history.record(texts, hash: hash, source: source).number
            state.withLock { $0.version = number }
            return (number, nil)
        } catch {
            logger.warning("The configuration cannot be kept in the history", metadata: ["error": "\(error)"])
            return (nil, "The configuration runs, but could not be kept in the history: \(error)")
        }
    }

    private static func write(_ texts: [ConfigurationHistory.Text]) throws {
        for text in texts { try StagedFile(text.content, for: text.name).publish() }
    }

    /// The only file, which a text can take the place of.
    private func mainFile() throws -> String {
        guard paths.count == 1, let path = paths.first, !ConfigurationLoader.isFolder(path) else {
            throw WorkflowError(
                .conflict,
                "The configuration is made of several files; change them where they are, and reload.")
        }
        return ConfigurationLoader.canonicalPath(path)
    }
}

/// The number that a change gets in the history, for its rollback.
private final class RolledBackVersion: Sendable {
    private let stored = Mutex<Int?>(nil)

    var number: Int? { stored.withLock { $0 } }

    func set(_ number: Int?) { stored.withLock { $0 = number } }
}
