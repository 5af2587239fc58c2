import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What spans come from: the attributes of the resource, by the semantic conventions of OpenTelemetry.
enum TraceResource {
    /// - Parameters:
    ///   - configuration: The names that the configuration gives.
    ///   - instance: Tells this process from others that run the same application.
    static func attributes(
        _ configuration: OpenTelemetryModule.Configuration, instance: String
    ) -> [(name: String, value: JSONValue)] {
        var attributes: [String: JSONValue] = [
            "process.pid": .integer(Int64(getpid())), "service.instance.id": .string(instance),
            "telemetry.sdk.name": "workflow", "telemetry.sdk.language": "swift",
            "service.name": .string(OpenTelemetryModule.Configuration.standardServiceName),
        ]
        if let host = hostName() { attributes["host.name"] = .string(host) }
        for (name, value) in configuration.attributes.values { attributes[name] = .string(value) }
        if configuration.serviceName != OpenTelemetryModule.Configuration.standardServiceName {
            attributes["service.name"] = .string(configuration.serviceName)
        }
        if !configuration.serviceVersion.isEmpty {
            attributes["service.version"] = .string(configuration.serviceVersion)
        }
        return attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The name of this machine as it is set, without asking a name server.
    private static func hostName() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&buffer, buffer.count - 1) == 0
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return isKnown && !name.isEmpty ? name : nil
    }
}
