/// What a reload would change: parts, routes, schedules, subscriptions, state machines, and running instances whose
/// state would be gone.
///
/// ```swift
/// var plan = ReloadPlan(from: running, to: loaded, registry: registry)
/// plan.stranded = try await StrandedInstances.find(in: store, plan: plan)
/// print(plan.text(width: 80))
/// ```
public struct ReloadPlan: Sendable, Equatable {
    /// The parts that are added, removed or changed: modules in the order of the new files, then sections by name, then
    /// what is removed.
    public let parts: [Part]
    /// The unchanged parts that go on running, by ``Part/identifier``, in the order of the new files.
    public let carriedOver: [String]
    /// The unchanged parts that are built anew, since something that they need is, or their type cannot go on.
    public let rebuilt: [String]
    /// Whether the modules stand in another order, which decides about the order of their start.
    public let isReordered: Bool
    /// The routes of `workflows.http` and `triggers.http`, one for each method.
    public let routes: ItemChanges
    /// What runs at which times.
    public let schedules: ItemChanges
    /// Who gets the messages of which topics.
    public let subscriptions: ItemChanges
    /// The state machines that are added, removed or changed, by name.
    public let stateMachines: [StateMachineChange]
    /// The open instances whose state the new configuration does not have; empty until they are looked for with
    /// ``StrandedInstances/find(in:plan:)``.
    public var stranded: [StrandedInstances] = []
    /// The states of each state machine before.
    public let oldStates: StateMachineStates
    /// The states of each state machine after.
    public let newStates: StateMachineStates

    /// Compares two configurations.
    ///
    /// - Parameters:
    ///   - old: The configuration that runs.
    ///   - new: The configuration that shall run.
    ///   - registry: The types of both; parts of unknown types are compared, but not shown.
    ///   - carried: The parts that can go on running: modules by name, sections as `workflows.http` or `triggers.http`.
    ///     Names of parts that have changed are ignored.
    ///   - changedScripts: The modules whose script is another one now than was loaded, with the path of the file.
    public init(
        from old: ApplicationConfiguration, to new: ApplicationConfiguration, registry: ModuleRegistry,
        carried: Set<String> = [], changedScripts: [String: String] = [:]
    ) {
        let before = ConfigurationParts(old, registry: registry)
        let after = ConfigurationParts(new, registry: registry)
        var parts: [Part] = []
        var unchanged: [String] = []
        for part in after.all {
            guard let other = before[part.key] else {
                parts.append(part.added)
                continue
            }
            let script = part.section == .module ? changedScripts[part.name] : nil
            if let change = part.change(from: other, changedScript: script) {
                parts.append(change)
            } else if part.section != .settings {
                unchanged.append(part.identifier)
            }
        }
        for part in before.all where after[part.key] == nil { parts.append(part.removed) }
        isReordered = !before.modules.map(\.key).filter { after[$0] != nil }
            .elementsEqual(after.modules.map(\.key).filter { before[$0] != nil })
        // Nothing is done when nothing changes.
        let isEmpty = parts.isEmpty && !isReordered
        self.parts = parts
        carriedOver = isEmpty ? unchanged : unchanged.filter(carried.contains)
        rebuilt = isEmpty ? [] : unchanged.filter { !carried.contains($0) }
        func items(_ source: ConfiguredItems) -> ItemChanges {
            let isTouched = parts.contains { source.isFound(in: $0) }
            return isTouched ? ItemChanges(from: source.find(before), to: source.find(after)) : .none
        }
        routes = items(.routes)
        schedules = items(.schedules)
        subscriptions = items(.subscriptions)
        let (machines, newMachines) = (ConfiguredStateMachines(before), ConfiguredStateMachines(after))
        stateMachines = newMachines.changes(from: machines)
        oldStates = machines.states
        newStates = newMachines.states
    }

    /// Whether both configurations mean the same, and no script has changed, so that nothing is to be done.
    public var isEmpty: Bool { parts.isEmpty && !isReordered }

    /// How many parts nothing changes in.
    public var untouchedCount: Int { carriedOver.count + rebuilt.count }

    /// How many parts are added, changed or removed.
    public func count(of action: Action) -> Int {
        parts.count { $0.action == action }
    }

    /// The stranded instances that the reload itself strands, which is a reason to refuse it.
    public var newlyStranded: [StrandedInstances] { stranded.filter { !$0.wasStrandedBefore } }
}
