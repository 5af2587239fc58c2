import WorkflowCore

extension DynamicComponents {
    /// How large a script may be, in bytes.
    private static let largestScript = 1 << 20

    func make(_ change: ComponentChange, _ generation: GenerationContext) async throws -> ComponentOutcome {
        switch change.action {
        case .put(let text):
            let count = text.utf8.count
            guard count <= Self.largestScript else {
                throw WorkflowError(
                    .limitExceeded, "The script has \(count) bytes; it may have \(Self.largestScript).")
            }
            let target = try target(change.id, generation)
            return try await target.component.inTurn {
                try change.precondition(target.component.digest)
                let source = ScriptSource(name: target.sourceName, text: text)
                let issues = ScriptLint.issues(of: source)
                guard issues.isEmpty else { throw ScriptRejection(issues) }
                return try await put(source, in: target, change, generation)
            }
        case .rollback(let number):
            let target = try find(change.id, generation)
            return try await target.component.inTurn {
                try change.precondition(target.component.digest)
                let versions = try await versions(of: target.id, of: generation)
                let version = try Self.version(number, of: versions, replacing: target.component.digest)
                let source = ScriptSource(name: target.sourceName, text: version.text)
                return try await put(source, in: target, change, generation, rollbackOf: version.number)
            }
        case .remove:
            return try await remove(change, generation)
        }
    }

    /// The component that a script is for; one to be added when there is none.
    private func target(_ id: String, _ generation: GenerationContext) throws -> any ManagedComponent {
        if let module = defined(id, generation) { return module }
        guard generation.services.find(Any.self, named: id).map({ $0 is AddedComponent }) ?? true else {
            throw WorkflowError(
                .conflict, "\"\(id)\" is a module of the configuration that is no dynamic.component; use another id.")
        }
        return try addedComponents.component(for: id, environment: generation.environment)
    }

    private static func version(
        _ number: Int?, of versions: [ComponentVersion], replacing digest: String?
    ) throws -> ComponentVersion {
        guard let number else {
            let current = versions.lastIndex { $0.digest == digest } ?? versions.endIndex
            guard let before = versions[..<current].last(where: { $0.digest != digest }) else {
                throw WorkflowError(.conflict, "There is no version before the one that runs.")
            }
            return before
        }
        guard let version = versions.first(where: { $0.number == number }) else {
            let known = versions.map { "\($0.number)" }.joined(separator: ", ")
            throw WorkflowError(
                .notFound, "There is no version \(number); there are \(known.isEmpty ? "none yet" : known).")
        }
        return version
    }

    /// Puts a script in place, in its turn: it works, then it is on the disk, then it takes calls.
    private func put(
        _ source: ScriptSource, in target: any ManagedComponent, _ change: ComponentChange,
        _ generation: GenerationContext, rollbackOf: Int? = nil
    ) async throws -> ComponentOutcome {
        let (component, store) = (target.component, generation.store)
        if let file = target.file, file.holdsSomethingNew {
            throw WorkflowError(
                .conflict,
                "The file \(file.name) has been changed since it was loaded; reload first, so that no change is lost.")
        }
        let isSame = component.report.status == .running && component.digest == source.digest
        if isSame, target.file?.isCurrent ?? true { return ComponentOutcome(report: target.report, version: nil) }
        let versions = ComponentVersions(id: target.id, store: store, clock: generation.environment.clock)
        let recorded = try await versions.recording(
            source, by: change.principal, rollbackOf: rollbackOf, after: component.source)
        var operations = recorded.operations
        if target.file == nil {
            operations.append(
                .setValue(
                    namespace: AddedComponents.namespace, key: target.id,
                    value: ["text": .string(source.text), "version": .integer(Int64(recorded.version.number))],
                    expiresAt: nil))
        }
        let publication = ScriptPublication(
            source: source, file: target.file, store: store, transaction: StoreTransaction(operations))
        do {
            try await component.replace(with: source) {
                try await publication.commit()
            }
        } catch let error as ScriptError where !error.isInnocent {
            forgetFailure(of: target)
            throw ScriptRejection([error])
        } catch {
            forgetFailure(of: target)
            throw error
        }
        if let entry = target as? AddedComponent { addedComponents.keep(entry) }
        return ComponentOutcome(report: target.report, version: recorded.version.number)
    }

    /// A script that did not come to be a component leaves nothing behind.
    private func forgetFailure(of target: any ManagedComponent) {
        guard target is AddedComponent, addedComponents[target.id] == nil else { return }
        target.component.unload()
    }

    private func remove(_ change: ComponentChange, _ generation: GenerationContext) async throws -> ComponentOutcome {
        let target = try find(change.id, generation)
        guard target.file == nil else {
            throw WorkflowError(
                .conflict,
                "The configuration defines the component \"\(target.id)\"; remove its module from the configuration and reload."
            )
        }
        return try await target.component.inTurn {
            // Whoever came before may have removed it.
            guard addedComponents[target.id] != nil else { throw missing(change.id, generation) }
            try change.precondition(target.component.digest)
            let versions = ComponentVersions(
                id: target.id, store: generation.store, clock: generation.environment.clock)
            var operations = try await versions.removing()
            operations.append(.removeValue(namespace: AddedComponents.namespace, key: target.id))
            try await generation.store.commit(StoreTransaction(operations))
            addedComponents.remove(target.id)
            target.component.unload()
            return ComponentOutcome(report: target.report, version: nil)
        }
    }
}
