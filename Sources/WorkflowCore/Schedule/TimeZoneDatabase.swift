#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// The time zones of this machine: a folder of compiled zones (tzdata).
///
/// ```swift
/// let berlin = try TimeZoneDatabase.system.rules(for: "Europe/Berlin")
/// ```
public struct TimeZoneDatabase: Sendable {
    /// The folder.
    public let directory: String

    /// Creates a database over a folder.
    public init(directory: String) {
        self.directory = directory
    }

    /// The database of the system: the folder that `TZDIR` names, or `/usr/share/zoneinfo`.
    public static var system: TimeZoneDatabase {
        let named = getenv("TZDIR").map { String(cString: $0) } ?? ""
        return TimeZoneDatabase(directory: named.isEmpty ? "/usr/share/zoneinfo" : named)
    }

    /// Reads a time zone. `UTC` needs no database.
    ///
    /// - Parameter name: A name such as `Europe/Berlin`, upper and lower case as in the database.
    /// - Throws: ``ScheduleError`` when there is no such zone or its file is malformed.
    public func rules(for name: String) throws(ScheduleError) -> TimeZoneRules {
        if name == TimeZoneRules.utc.name { return .utc }
        guard Self.isName(name), let bytes = Self.content(of: "\(directory)/\(name)") else { throw unknown(name) }
        return try TimeZoneRules(tzif: bytes, name: name)
    }

    /// Whether a name leads to nowhere but into the folder.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 64
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { $0 < 0x80 && isNameCharacter(Unicode.Scalar($0)) }
            }
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || "0"..."9" ~= scalar || scalar == "_" || scalar == "-" || scalar == "+"
    }

    private func unknown(_ name: String) -> ScheduleError {
        let names = Self.names(in: directory)
        guard !names.isEmpty else {
            return ScheduleError(
                "time zone \"\(name.prefix(64))\" is unknown: there is no time zone database in \(directory)",
                suggestion: "install the package tzdata, or let TZDIR name the folder")
        }
        // The wrong case and a city without its continent are the most common slips.
        let lowered = name.lowercased()
        let candidate =
            names.first { $0.lowercased() == lowered } ?? names.first { $0.lowercased().hasSuffix("/" + lowered) }
            ?? Suggestion.closest(to: name, among: names)
        let suggestion = candidate.map { "did you mean \($0)?" }
        return ScheduleError(
            "time zone \"\(name.prefix(64))\" is unknown",
            suggestion: suggestion ?? "write a name of the IANA database, such as Europe/Berlin, or UTC")
    }

    private static func content(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let limit = 1 << 18
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let received = read(descriptor, buffer.baseAddress.map { $0 + count }, limit - count)
                guard received > 0 else { break }
                count += received
            }
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// The names of all zones in a folder, in alphabetical order.
    private static func names(in folder: String, prefix: String = "", depth: Int = 0) -> [String] {
        guard depth < 3, let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.first?.isUppercase ?? false, isName(name) else { continue }
            let inner = Self.names(in: "\(folder)/\(name)", prefix: "\(prefix)\(name)/", depth: depth + 1)
            names += inner.isEmpty ? [prefix + name] : inner
        }
        return names.sorted()
    }
}
