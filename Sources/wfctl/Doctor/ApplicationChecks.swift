import Foundation
import WorkflowCommandLine
import WorkflowCore

/// Checks of a configuration on this machine.
struct ApplicationChecks {
    let files: [String]

    /// Runs all of them.
    func run() async throws -> [Finding] {
        let configuration: ApplicationConfiguration
        do {
            configuration = try ConfigurationCheck.load(files)
        } catch let error as ConfigurationError {
            return [invalid(error)]
        }
        var findings = [try await validity(of: configuration)]
        findings += configuration.modules.flatMap(addresses).map(port)
        findings.append(stateFolder)
        findings += configuration.modules.compactMap(database)
        return findings
    }

    private func validity(of configuration: ApplicationConfiguration) async throws -> Finding {
        do {
            try await ConfigurationCheck.validate(configuration)
            let count = IssueReport.count(configuration.modules.count, "module")
            return Finding(name: "configuration", level: .good, message: "valid, \(count)")
        } catch let error as ConfigurationError {
            return invalid(error)
        }
    }

    private func invalid(_ error: ConfigurationError) -> Finding {
        Finding(
            name: "configuration", level: .problem, message: IssueReport(error.issues).counts,
            hint: "run `wfctl validate \(files.joined(separator: " "))`")
    }

    // MARK: - Ports

    /// The addresses that servers listen on.
    private func addresses(of module: ApplicationConfiguration.Module) -> [(module: String, address: String)] {
        guard ["http.server", "httpserver.modular"].contains(module.type) else { return [] }
        return ["address"].compactMap { module.configuration[$0]?.shownText }.map { (module.name, $0) }
    }

    private func port(_ server: (module: String, address: String)) -> Finding {
        guard let colon = server.address.lastIndex(of: ":"), !server.address.hasPrefix("unix:") else {
            return Finding(name: "port", level: .note, message: "\(server.module): \(server.address) was not tried")
        }
        let host = server.address[..<colon].trimmingCharacters(in: ["[", "]"])
        let port = String(server.address[server.address.index(after: colon)...])
        let title = "\(server.module) can listen on \(server.address)"
        guard let problem = SocketProbe.listen(host: host == "*" ? "" : host, port: port) else {
            return Finding(name: "port", level: .good, message: title)
        }
        return Finding(
            name: "port", level: .problem, message: "\(server.module) cannot listen on \(server.address): \(problem)",
            hint: "stop what listens there, or choose another address")
    }

    // MARK: - State

    /// The folder that state is kept in when nothing else is said.
    private var stateFolder: Finding {
        let first = files.first ?? "."
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: first, isDirectory: &isFolder)
        let base = exists && isFolder.boolValue ? first : (first as NSString).deletingLastPathComponent
        let parent = base.isEmpty ? "." : base
        let folder = "\(parent)/.workflow"
        let place = FileManager.default.fileExists(atPath: folder) ? folder : parent
        guard access(place, W_OK | X_OK) == 0 else {
            return Finding(
                name: "state", level: .problem, message: "\(folder) cannot be written",
                hint: "change the permissions of \(place), or start the server with --state elsewhere")
        }
        return Finding(name: "state", level: .good, message: "\(folder) can be written")
    }

    // MARK: - Databases

    private func database(of module: ApplicationConfiguration.Module) -> Finding? {
        guard let dsn = module.configuration["dsn"]?.shownText, dsn.hasPrefix("postgres") else { return nil }
        guard let parts = URLComponents(string: dsn), let host = parts.host, !host.isEmpty else {
            return Finding(
                name: "database", level: .note, message: "\(module.name): the address is in a form that is not tried")
        }
        let port = parts.port ?? 5432
        guard let problem = SocketProbe.connect(host: host, port: "\(port)") else {
            return Finding(name: "database", level: .good, message: "\(module.name) reaches \(host):\(port)")
        }
        return Finding(
            name: "database", level: .problem, message: "\(module.name) does not reach \(host):\(port): \(problem)",
            hint: "check that the database runs, and the name in dsn")
    }
}
