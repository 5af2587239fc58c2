import HTTPTypes
import Synchronization
import WorkflowCore

/// Leads the requests of one listener to the workflows that are mounted on it, by host or by the beginning of the path.
final class MountTable: HTTPHandler {
    private struct Entries: Sendable {
        var hosts: [String: WorkflowMount] = [:]
        var paths: [Substring: WorkflowMount] = [:]
        /// The greatest number of segments of a path.
        var depth = 0
    }

    private let entries = Mutex(Entries())

    /// Mounts a workflow on a place; it may have several for a while.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when the place, a part of it, or what it is a part of, belongs to
    ///   another workflow.
    func mount(_ mount: WorkflowMount, on place: DeploymentMount) throws {
        try entries.withLock { entries in
            for host in place.hosts {
                guard let other = entries.hosts[host], other !== mount else { continue }
                throw WorkflowError(.conflict, "The host \(host) belongs to another workflow.")
            }
            if let path = place.path, entries.paths.contains(where: { $1 !== mount && path.overlaps($0) }) {
                throw WorkflowError(
                    .conflict, "The path \(path) belongs to another workflow, or one below or above it does.")
            }
            for host in place.hosts { entries.hosts[host] = mount }
            if let path = place.path {
                entries.paths[path[...]] = mount
                entries.depth = max(entries.depth, path.utf8.count { $0 == UInt8(ascii: "/") })
            }
        }
    }

    /// Takes a workflow away from a place, except from what another place of it has as well.
    func unmount(_ mount: WorkflowMount, from place: DeploymentMount?, except kept: DeploymentMount? = nil) {
        guard let place else { return }
        entries.withLock { entries in
            for host in place.hosts where kept?.hosts.contains(host) != true && entries.hosts[host] === mount {
                entries.hosts[host] = nil
            }
            if let path = place.path, path != kept?.path, entries.paths[path[...]] === mount {
                entries.paths[path[...]] = nil
            }
        }
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let (mount, prefix) = find(request) else {
            throw HTTPError(.notFound, "There is nothing at \(request.path).")
        }
        return try await mount.handle(request, below: prefix)
    }

    /// The workflow that a request is for, and the part of the path that led to it.
    private func find(_ request: ServerRequest) -> (mount: WorkflowMount, prefix: Substring)? {
        entries.withLock { entries in
            if !entries.hosts.isEmpty, let host = Self.host(request.authority), let mount = entries.hosts[host] {
                return (mount, "")
            }
            let path = request.path
            var bytes = path.utf8.dropFirst()
            for _ in 0..<entries.depth {
                let end = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
                if let mount = entries.paths[path[..<end]] { return (mount, path[..<end]) }
                guard end < bytes.endIndex else { return nil }
                bytes = bytes[end...].dropFirst()
            }
            return nil
        }
    }

    /// The host of an authority in lower case, without its port.
    private static func host(_ authority: String?) -> String? {
        guard let authority else { return nil }
        return authority.prefix { $0 != ":" }.lowercased()
    }
}

extension String {
    /// Whether a path is below another one, above it, or the same.
    fileprivate func overlaps(_ other: Substring) -> Bool {
        self == other || hasPrefix("\(other)/") || other.hasPrefix("\(self)/")
    }
}
