import Foundation
import WorkflowCommandLine
import WorkflowCore
import WorkflowJavaScript

/// Checks of the machine and of this program.
enum MachineChecks {
    private static let allTraits = ["JavaScript", "Kafka", "NATS", "PostgreSQL", "Redis", "SQLite"]
    /// Connections need one each.
    private static let fewDescriptors: UInt64 = 4096

    /// Runs all of them.
    static func run() -> [Finding] {
        [version, traits, scripts, clock, timeZones, descriptors]
    }

    private static var version: Finding {
        Finding(
            name: "wfctl", level: ProgramVersion.build == "release" ? .good : .note,
            message: "\(ProgramVersion.current), \(ProgramVersion.build) build, \(ProgramVersion.platform)",
            hint: ProgramVersion.build == "release" ? nil : "use a release build to serve: it is many times faster")
    }

    private static var traits: Finding {
        let missing = allTraits.filter { !ProgramVersion.traits.contains($0) }
        guard !missing.isEmpty else {
            return Finding(name: "libraries", level: .good, message: ProgramVersion.traits.joined(separator: ", "))
        }
        return Finding(
            name: "libraries", level: .note, message: "built without \(missing.joined(separator: ", "))",
            hint: "build with these traits if the application needs them")
    }

    private static var scripts: Finding {
        #if JavaScript
        do {
            try JavaScriptSyntax.check(ScriptSource(name: "doctor.js", text: "module.exports = () => 1"))
            return Finding(name: "scripts", level: .good, message: "the JavaScript engine works")
        } catch {
            return Finding(
                name: "scripts", level: .problem, message: "the JavaScript engine does not work: \(error)",
                hint: "install JavaScriptCore, such as the package libjavascriptcoregtk-4.1-0")
        }
        #else
        return Finding(name: "scripts", level: .note, message: "built without JavaScript")
        #endif
    }

    private static var clock: Finding {
        let now = Timestamp.systemNow()
        // 2025-01-01; this version is younger.
        let isPast = Date().timeIntervalSince1970 < 1_735_689_600
        return Finding(
            name: "clock", level: isPast ? .problem : .good, message: "\(now)",
            hint: isPast ? "the clock is wrong; tokens and schedules need the right time" : nil)
    }

    private static var timeZones: Finding {
        guard TimeZone(identifier: "Europe/Berlin") == nil else {
            return Finding(name: "time zones", level: .good, message: "the database of time zones is there")
        }
        return Finding(
            name: "time zones", level: .note, message: "there is no database of time zones",
            hint: "install tzdata; schedules in time zones need it")
    }

    private static var descriptors: Finding {
        var limit = rlimit()
        #if os(Linux)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else {
            return Finding(name: "connections", level: .note, message: "the limit of open files cannot be read")
        }
        let most = UInt64(limit.rlim_max)
        return Finding(
            name: "connections", level: most < fewDescriptors ? .note : .good,
            message:
                "a process may have \(most == UInt64.max ? "any number of" : "\(most)") open files and connections",
            hint: most < fewDescriptors ? "raise it with ulimit -n or LimitNOFILE=" : nil)
    }
}
