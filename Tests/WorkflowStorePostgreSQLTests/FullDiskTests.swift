#if PostgreSQL && canImport(Glibc)
import Foundation
import Glibc
import TestServices
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowTesting

/// A database whose tables are on a file system that becomes full.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FullDiskTests {
    /// A file system in memory that the server of the tests may write to.
    private struct SmallDisk {
        let path: String

        /// - Returns: `nil` when this process may not mount one.
        init?() throws {
            path = NSTemporaryDirectory() + "wf-small-disk-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard let user = getpwnam("nobody"),
                mount("tmpfs", path, "tmpfs", 0, "size=24m,mode=700,uid=\(user.pointee.pw_uid)") == 0
            else {
                rmdir(path)
                return nil
            }
        }

        /// Takes all room that is left.
        func fill() throws {
            let descriptor = open("\(path)/ballast", O_CREAT | O_WRONLY, 0o600)
            defer { close(descriptor) }
            var size = 1 << 20
            let zeroes = [UInt8](repeating: 0, count: size)
            while size > 0 {
                if write(descriptor, zeroes, size) <= 0 { size /= 2 }
            }
        }

        func free() { unlink("\(path)/ballast") }

        func remove() {
            umount2(path, Int32(MNT_DETACH))
            rmdir(path)
        }
    }

    private static let isPermitted: Bool = {
        guard let disk = try? SmallDisk() else { return false }
        disk.remove()
        return true
    }()

    private static func large(_ key: Int) -> StoreTransaction {
        let text = String((0..<4000).map { _ in Character(Unicode.Scalar(UInt8.random(in: 97...122))) })
        return StoreTransaction([
            .setValue(namespace: "test", key: "\(key)", value: .string(text), expiresAt: nil)
        ])
    }

    @Test(.enabled(if: isPermitted, "only root may mount the small file system that this fills"))
    func aFullDiskIsToldAndEverythingGoesOnWhenThereIsRoom() async throws {
        let disk = try #require(try SmallDisk())
        let server = try PostgreSQLServer()
        defer {
            server.remove()
            disk.remove()
        }
        try server.start()
        try server.psql("postgres", "CREATE TABLESPACE small LOCATION '\(disk.path)'")
        try server.psql("postgres", "CREATE DATABASE small TABLESPACE small")
        let store = try await SQLStateStore.postgreSQL(.init(dsn: server.dsn("small")))
        try await store.commit(Self.large(0))
        try disk.fill()
        var written = 0
        var failure: StoreError?
        while failure == nil, written < 10_000 {
            do {
                try await store.commit(Self.large(written + 1))
                written += 1
            } catch let error as StoreError {
                failure = error
            }
        }
        #expect(failure?.code == .storageFull)
        #expect(failure?.isTransient == true)
        #expect(failure?.message == "no space is left for the database 127.0.0.1:\(server.port)/small")
        for _ in 1...3 {
            let health = await #expect(throws: StoreError.self) { try await store.checkHealth() }
            #expect(health?.code == .storageFull)
        }
        // What was accepted is there, what was refused is not, and reading goes on.
        let now = Timestamp(seconds: 1)
        let kept = try await store.values(namespace: "test", prefix: "", limit: 100_000, now: now)
        #expect(kept.count == written + 1)
        disk.free()
        try await store.checkHealth()
        try await store.commit(Self.large(-1))
        #expect(try await store.value(namespace: "test", key: "-1", now: now) != nil)
        await store.close()
    }
}
#endif
