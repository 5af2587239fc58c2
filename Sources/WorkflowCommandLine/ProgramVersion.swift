public import WorkflowCore

/// The version of the programs of this package, and what was built into them.
public enum ProgramVersion {
    /// The version.
    public static let current = "0.1.0"

    /// The package traits that were built in, which need libraries of the system.
    public static var traits: [String] {
        var names: [String] = []
        #if JavaScript
        names.append("JavaScript")
        #endif
        #if Kafka
        names.append("Kafka")
        #endif
        #if NATS
        names.append("NATS")
        #endif
        #if PostgreSQL
        names.append("PostgreSQL")
        #endif
        #if Redis
        names.append("Redis")
        #endif
        #if SQLite
        names.append("SQLite")
        #endif
        return names
    }

    /// `debug` or `release`.
    public static var build: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }

    /// The operating system and the processor.
    public static var platform: String {
        #if os(Linux)
        let system = "Linux"
        #elseif os(macOS)
        let system = "macOS"
        #else
        let system = "unknown"
        #endif
        #if arch(x86_64)
        return "\(system) x86_64"
        #elseif arch(arm64)
        return "\(system) arm64"
        #else
        return system
        #endif
    }

    /// Everything, for programs.
    public static var json: JSONValue {
        [
            "version": .string(current), "build": .string(build), "platform": .string(platform),
            "traits": .array(traits.map(JSONValue.string)),
        ]
    }
}
