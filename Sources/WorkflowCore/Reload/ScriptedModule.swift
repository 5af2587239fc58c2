/// A module whose behaviour is in a file that may change while the module runs.
public protocol ScriptedModule: CarriedModule {
    /// The path of the file, as the configuration writes it.
    var scriptName: String { get }
}

extension EngineGeneration {
    /// The modules whose script is another one now than was loaded, with the path of the file.
    var changedScripts: [String: String] {
        let scripts = instances.filter { $0.key.section == .module }.compactMap { instance in
            (instance.module as? any ScriptedModule).flatMap { $0.isCurrent ? nil : (instance.name, $0.scriptName) }
        }
        return Dictionary(scripts, uniquingKeysWith: { first, _ in first })
    }
}
