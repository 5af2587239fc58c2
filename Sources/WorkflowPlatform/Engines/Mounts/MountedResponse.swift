import HTTPTypes
import WorkflowCore

/// Makes the header of a response fit the place where its workflow is mounted.
///
/// Workflows that are mounted on paths share one origin, as browsers see it. So what would count for all of the origin
/// is kept to the mount, or left out; applications that need an origin of their own are mounted on a host.
enum MountedResponse {
    /// Fields that speak for all of an origin.
    private static let originWide: Set<String> = [
        "alt-svc", "clear-site-data", "nel", "origin-agent-cluster", "report-to", "reporting-endpoints",
        "service-worker-allowed", "strict-transport-security",
    ]

    /// Makes absolute paths in the header lead to the mount.
    ///
    /// - Parameter prefix: Where the workflow is mounted.
    static func rebase(_ response: inout ServerResponse, onto prefix: String) {
        guard response.headers.contains(where: { needsChange($0.name) }) else { return }
        var headers = HTTPFields()
        headers.reserveCapacity(response.headers.count)
        for var field in response.headers {
            switch field.name {
            case .location, .contentLocation: field.value = rebased(field.value, onto: prefix)
            case .setCookie: field.value = cookie(field.value, onto: prefix)
            case _ where originWide.contains(field.name.canonicalName): continue
            default: break
            }
            headers.append(field)
        }
        response.headers = headers
    }

    private static func needsChange(_ name: HTTPField.Name) -> Bool {
        name == .location || name == .contentLocation || name == .setCookie || originWide.contains(name.canonicalName)
    }

    /// A reference of the application; only absolute paths change, `//host/path` is none.
    private static func rebased(_ reference: String, onto prefix: String) -> String {
        reference.hasPrefix("/") && !reference.hasPrefix("//") ? prefix + reference : reference
    }

    /// A cookie that is sent to the mount only, and to no other host.
    private static func cookie(_ value: String, onto prefix: String) -> String {
        var parts: [String] = []
        var hasPath = false
        for (index, part) in value.split(separator: ";", omittingEmptySubsequences: false).enumerated() {
            let text = part.trimmingPrefix { $0 == " " || $0 == "\t" }
            let name = text.prefix { $0 != "=" }.lowercased().filter { $0 != " " && $0 != "\t" }
            switch (index, name) {
            case (1..., "domain"): continue
            case (1..., "path"):
                // One is enough, and one that is no path stands for none.
                guard !hasPath else { continue }
                hasPath = true
                let path = text.drop { $0 != "=" }.dropFirst()
                parts.append("Path=\(prefix)\(path.hasPrefix("/") ? path : "/")")
            default: parts.append(String(text))
            }
        }
        if !hasPath { parts.append("Path=\(prefix)/") }
        return parts.joined(separator: "; ")
    }
}
