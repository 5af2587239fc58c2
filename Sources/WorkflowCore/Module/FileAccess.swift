/// Which files of the machine a configuration may name.
public enum FileAccess: Sendable, Hashable {
    /// Every file that the process may open.
    case everywhere
    /// Only what lies in the folder of the configuration, by relative paths.
    case besideConfiguration
    /// None.
    case nowhere

    /// Why a path must not be used, and what to do instead; `nil` when it may.
    func problem(with path: String) -> (message: String, suggestion: String)? {
        switch self {
        case .everywhere: return nil
        case .nowhere:
            return ("\"\(path)\" is a file, and there are none here", "give the content in the configuration itself")
        case .besideConfiguration:
            let isInside = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            return isInside
                ? nil
                : ("\"\(path)\" leads out of the folder of the configuration", "name a file beside the configuration")
        }
    }
}
