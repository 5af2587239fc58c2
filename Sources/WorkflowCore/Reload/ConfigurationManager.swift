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

    private typealias Loaded = (configuration: ApplicationConfiguration, texts: [ConfigurationHistory.Text])

    private struct State {
        var texts: [ConfigurationHistory.Text] = []
        var version: Int?
        /// The hash of the configuration that was taken back last.
        var takenBack: String?
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
    public var hash: String { engine.configurationHash }

    /// What stands in the files of the configuration that runs, as it was loaded.
    public var texts: [ConfigurationHistory.Text] { state.withLock { $0.texts } }

    /// Keeps the configuration that the application was started with.
    ///
    /// - Parameter texts: What stands in its files.
    public func recordStart(_ texts: [ConfigurationHistory.Text]) async {
        _ = await record(texts, engine.configurationHash, .start)
    }

    // MARK: - Plans

    /// What a configuration would change, in place of the files or of the only file.
    ///
    /// - Parameter text: The configuration; `nil` for what stands in the files now.
    /// - Throws: ``ConfigurationError``; ``WorkflowError``; ``StoreError``.
    public func plan(_ text: String?) async throws -> ReloadPlan {
        let task = Task.detached { [self] in
            let replacements = try text.map { [try mainFile(): $0] } ?? [:]
            return try await engine.plan(
                try Self.checked(try loader.read(paths, replacing: replacements)).configuration)
        }
        return try await task.value
    }

    /// What going back to an earlier configuration would change.
    ///
    /// - Parameter number: Its number in the history; `nil` for the one before.
    /// - Returns: The plan, and the number.
    /// - Throws: ``ConfigurationError`` when it is no longer valid; ``WorkflowError`` `.notFound` when it is not kept,
    ///   `.conflict` when it was made of other files; ``StoreError``.
    public func rollbackPlan(to number: Int?) async throws -> (plan: ReloadPlan, version: Int) {
        let entry = try await earlier(number)
        let task = Task.detached { [self] in
            try await engine.plan(try Self.checked(try load(entry)).configuration)
        }
        return (try await task.value, entry.version.number)
    }

    /// Reads a configuration in place of the only file, with other variables; `nil` when there are several files.
    ///
    /// - Throws: ``ConfigurationError``.
    package func configuration(_ text: String, variables: [String: String]) throws -> ApplicationConfiguration? {
        guard let file = onlyFile else { return nil }
        return try ConfigurationLoader(environment: variables).read(paths, replacing: [file: text]).configuration
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
            try await change(to: { try loader.read(paths) }, source, options, publish: {}, restore: { _ in })
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
            await engine.rollbackEnds()
            let hash = hash
            guard expected == nil || expected == hash else { throw PreconditionFailure(hash: hash) }
            if let mark = ConfigurationRedactor.mark.stringValue, text.contains(mark) {
                throw WorkflowError(
                    .invalidInput,
                    "The configuration has \(mark) in place of a secret; get it as application/yaml to change it.")
            }
            let file = try mainFile()
            let before = try self.text(of: file)
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
                    publish: { try staged.publish() },
                    restore: { [self] in try write([.init(name: file, content: before)], over: $0) })
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
    ///   - expected: The hash of the configuration that is to be replaced; `nil` for any.
    ///   - options: What becomes of running instances.
    /// - Throws: ``PreconditionFailure``; ``WorkflowError`` `.notFound` when it is not kept; `.conflict` when it was made
    ///   of other files; `.unavailable`.
    public func rollBack(
        to number: Int?, expecting expected: String? = nil, options: ReloadOptions = ReloadOptions()
    ) async throws -> Outcome {
        try await line.run { [self] in
            await engine.rollbackEnds()
            let hash = hash
            guard expected == nil || expected == hash else { throw PreconditionFailure(hash: hash) }
            let entry = try await earlier(number)
            let present = try? loader.read(paths).texts
            return try await change(
                to: { try load(entry) }, .rollback, options, publish: { [self] in try write(entry.texts) },
                restore: { [self] in try write(present ?? [], over: $0) })
        }
    }

    /// An earlier configuration; the one before without a number.
    private func earlier(_ number: Int?) async throws -> ConfigurationHistory.Entry {
        guard let history else { throw WorkflowError(.notFound, "No earlier configurations are kept.") }
        let found = if let number { try await history.entry(number) } else { try await history.previous() }
        guard let found else { throw WorkflowError(.notFound, "There is no earlier configuration to go back to.") }
        return found
    }

    /// Reads an earlier configuration in place of what stands in the files now.
    private func load(_ entry: ConfigurationHistory.Entry) throws -> Loaded {
        let replacements = Dictionary(entry.texts.map { ($0.name, $0.content) }, uniquingKeysWith: { $1 })
        let loaded = try loader.read(paths, replacing: replacements)
        guard loaded.texts == entry.texts else {
            throw WorkflowError(
                .conflict,
                "The configuration \(entry.version.number) was made of other files than there are now; "
                    + "put them back and reload.")
        }
        return loaded
    }

    /// - Parameters:
    ///   - load: Reads the configuration.
    ///   - publish: Writes it to its files.
    ///   - restore: Writes back what stood there before, unless somebody has changed it since.
    private func change(
        to load: () throws -> Loaded, _ source: ConfigurationHistory.Source, _ options: ReloadOptions,
        publish: @escaping @Sendable () throws -> Void,
        restore: @escaping @Sendable (_ published: [ConfigurationHistory.Text]) throws -> Void
    ) async throws -> Outcome {
        // Until then the files may still have what was taken back.
        await engine.rollbackEnds()
        let before = state.withLock { $0 }
        var loaded: Loaded?
        var refusal: (any Error)?
        let loading = ContinuousClock().measure {
            do { loaded = try Self.checked(try load()) } catch { refusal = error }
        }
        let committed = CommittedVersion()
        func outcome(_ report: ReloadReport) -> Outcome {
            let (version, warning) = committed.result
            return Outcome(report: report, hash: self.hash, loading: loading, version: version, warning: warning)
        }
        guard let loaded else {
            if let error = refusal as? WorkflowError { throw error }
            return outcome(engine.refuse(refusal ?? CancellationError()))
        }
        let hash = loaded.configuration.hash
        if source == .file, before.takenBack == hash, hash != self.hash {
            // The watcher has seen the file before what stood there could be written back.
            return outcome(
                engine.refuse(
                    WorkflowError(.conflict, "This configuration has been taken back before; reload it explicitly.")))
        }
        let commit: @Sendable () async throws -> (version: Int?, warning: String?) = { [self] in
            // Accepted is what is also there after a restart.
            try publish()
            return await record(loaded.texts, hash, source)
        }
        let report = try await engine.reload(
            loaded.configuration, options: options, commit: { committed.set(try await commit()) },
            onRollback: { [self] report in await takeBack(report, of: hash, before, committed, restore) })
        if report.status == .unchanged { committed.set(try await commit()) }
        return outcome(report)
    }

    /// What was loaded, when it is an application at all: an empty file is one that is being written, or a mistake.
    private static func checked(_ loaded: Loaded) throws -> Loaded {
        guard loaded.configuration.issues.isEmpty, loaded.configuration.modules.isEmpty,
            loaded.configuration.workflows.isEmpty
        else { return loaded }
        throw ConfigurationError([
            ConfigurationIssue(
                location: SourceLocation(file: loaded.texts.first?.name ?? "<config>"), path: "",
                message: "the configuration has no modules", suggestion: "stop the program to stop the application")
        ])
    }

    /// Follows a rollback of the engine.
    private func takeBack(
        _ report: ReloadReport, of hash: String, _ before: State, _ committed: CommittedVersion,
        _ restore: @Sendable ([ConfigurationHistory.Text]) throws -> Void
    ) async {
        let published = state.withLock { state in
            defer {
                state = before
                state.takenBack = hash
            }
            return state.texts
        }
        do {
            try restore(published)
            guard let history, let first = committed.result.version else { return }
            // Later ones were only written in another way.
            for version in try await history.versions() where version.number >= first {
                try await history.markRolledBack(version.number, reason: report.reason ?? "")
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

    /// Writes texts to their files; leaves files alone that do not hold what they are expected to.
    private func write(_ texts: [ConfigurationHistory.Text], over expected: [ConfigurationHistory.Text]? = nil) throws {
        for text in texts {
            if let expected, expected.first(where: { $0.name == text.name })?.content != (try self.text(of: text.name))
            {
                logger.warning(
                    "A configuration was taken back, but its file has been changed since and is left alone",
                    metadata: ["file": "\(text.name)"])
                continue
            }
            try StagedFile(text.content, for: text.name).publish()
        }
    }

    /// What stands in a file.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when it cannot be read.
    private func text(of file: String) throws -> String {
        do {
            return try loader.text(of: file)
        } catch let error as ConfigurationError {
            throw WorkflowError(.conflict, error.issues.first?.message ?? "\(file) cannot be read")
        }
    }

    /// The only file, which a text can take the place of.
    private func mainFile() throws -> String {
        guard let file = onlyFile else {
            throw WorkflowError(
                .conflict,
                "The configuration is made of several files; change them where they are, and reload.")
        }
        return file
    }

    private var onlyFile: String? {
        guard paths.count == 1, let path = paths.first, !ConfigurationLoader.isFolder(path) else { return nil }
        return ConfigurationLoader.canonicalPath(path)
    }
}

/// What a change has led to in the history, for its rollback.
private final class CommittedVersion: Sendable {
    private let stored = Mutex<(version: Int?, warning: String?)>((nil, nil))

    var result: (version: Int?, warning: String?) { stored.withLock { $0 } }

    func set(_ result: (version: Int?, warning: String?)) { stored.withLock { $0 = result } }
}
