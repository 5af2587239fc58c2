#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A directory that is removed with everything in it after the test.
struct TemporaryDirectory {
    struct Failure: Error {
        let what: String
    }

    let path: String

    /// Writes a file and makes the directories above it.
    func write(_ bytes: [UInt8], to relative: String) throws {
        var parent = path
        for part in relative.split(separator: "/").dropLast() {
            parent += "/" + part
            mkdir(parent, 0o755)
        }
        guard let file = fopen(path + "/" + relative, "w") else { throw Failure(what: relative) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(what: relative) }
    }

    func write(_ text: String, to relative: String) throws {
        try write(Array(text.utf8), to: relative)
    }

    func link(_ relative: String, to target: String) throws {
        guard symlink(target, path + "/" + relative) == 0 else { throw Failure(what: relative) }
    }

    func remove(_ relative: String) {
        unlink(path + "/" + relative)
    }
}

/// Runs `body` with a new directory.
func withTemporaryDirectory(_ body: (TemporaryDirectory) async throws -> Void) async throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/http-tests-XXXXXX".utf8CString)
    guard let created = mkdtemp(&template) else { throw TemporaryDirectory.Failure(what: base) }
    // Without symbolic links, because some systems have one in the path of their temporary directory.
    guard let resolved = realpath(created, nil) else { throw TemporaryDirectory.Failure(what: base) }
    let directory = TemporaryDirectory(path: String(cString: resolved))
    free(resolved)
    defer { removeTree(directory.path) }
    try await body(directory)
}

private func removeTree(_ path: String) {
    if remove(path) == 0 { return }
    guard let directory = opendir(path) else { return }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    closedir(directory)
    for name in names { removeTree(path + "/" + name) }
    remove(path)
}
