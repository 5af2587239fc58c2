#if SQLite
import Foundation
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite

@Suite struct SQLiteFailureTests {
    private static let now = Timestamp(seconds: 1_700_000_000)

    private static func open(_ path: String, maximumPages: Int? = nil) async throws -> SQLStateStore {
        var configuration = SQLiteDatabase.Configuration(path: path)
        configuration.maximumPages = maximumPages
        return try await SQLStateStore.sqlite(configuration)
    }

    private static func large(_ id: String) -> StoreTransaction {
        StoreTransaction([
            .setValue(namespace: "small", key: id, value: 1, expiresAt: nil),
            .setValue(
                namespace: "large", key: id, value: .string(String(repeating: "x", count: 20_000)), expiresAt: nil),
        ])
    }

    private static func expectError(
        _ code: StoreError.Code, containing parts: [String], _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        #expect(error?.code == code)
        for part in parts { #expect(error?.message.contains(part) == true, "\(error?.message ?? "") lacks \(part)") }
    }

    @Test func fullStorageFailsCommitsWholeAndRecovers() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            let store = try await Self.open(path, maximumPages: 120)
            var stored: [String] = []
            var failure: StoreError?
            for n in 0..<100 where failure == nil {
                do {
                    try await store.commit(Self.large("\(n)"))
                    stored.append("\(n)")
                } catch let error as StoreError {
                    failure = error
                }
            }
            #expect(failure?.code == .storageFull)
            #expect(failure?.message.contains(path) == true)
            #expect(!stored.isEmpty)
            func keys(_ namespace: String) async throws -> [String] {
                try await store.values(namespace: namespace, prefix: "", limit: 999, now: Self.now).map(\.key).sorted()
            }
            #expect(try await keys("small") == stored.sorted())
            #expect(try await keys("large") == stored.sorted())
            // It stays full for many at once, and every one of them is told.
            let codes = await withTaskGroup(of: StoreError.Code?.self) { group in
                for n in 100..<120 {
                    group.addTask {
                        do { try await store.commit(Self.large("\(n)")) } catch { return (error as? StoreError)?.code }
                        return nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.allSatisfy { $0 == .storageFull })
            // Space that comes back is used without opening again.
            try await store.commit(StoreTransaction(stored.map { .removeValue(namespace: "large", key: $0) }))
            try await store.commit(Self.large("again"))
            try await store.checkHealth()
            #expect(try await keys("large") == ["again"])
            await store.close()
            let again = try await Self.open(path)
            for n in 200..<260 { try await again.commit(Self.large("\(n)")) }
            await again.close()
        }
    }

    @Test func fileThatIsNoDatabaseIsRefusedByName() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            try Data("This is a letter to my aunt, not a database. ".utf8 + Array(repeating: 65, count: 5000))
                .write(to: URL(fileURLWithPath: path))
            await Self.expectError(.corrupted, containing: [path]) { _ = try await Self.open(path) }
            // The refusal holds no lock.
            try FileManager.default.removeItem(atPath: path)
            await (try Self.open(path)).close()
        }
    }

    @Test func damagedPagesAreReportedByName() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            let store = try await Self.open(path)
            for n in 0..<20 { try await store.commit(Self.large("\(n)")) }
            await store.close()
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            let size = try file.seekToEnd()
            try file.seek(toOffset: 4096)
            try file.write(contentsOf: Data(repeating: 0xAB, count: Int(size) - 4096))
            try file.close()
            await Self.expectError(.corrupted, containing: [path, "damaged"]) {
                let store = try await Self.open(path)
                defer { Task { await store.close() } }
                _ = try await store.values(namespace: "small", prefix: "", limit: 99, now: Self.now)
            }
        }
    }

    @Test func fileInUseIsRefusedWithTheHolder() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            let store = try await Self.open(path)
            let pid = ProcessInfo.processInfo.processIdentifier
            await Self.expectError(.unavailable, containing: [path, "process \(pid)"]) { _ = try await Self.open(path) }
            try await store.checkHealth()
            await store.close()
            await (try Self.open(path)).close()
        }
    }

    @Test func sharedFilesKeepNothingInMemory() async throws {
        try await withTemporaryFolder { folder in
            var configuration = SQLiteDatabase.Configuration(path: folder + "/d.sqlite")
            configuration.exclusive = false
            let one = try await SQLStateStore.sqlite(configuration)
            let two = try await SQLStateStore.sqlite(configuration)
            #expect(one.isShared)
            for n in 0..<20 {
                let user = UserRecord(id: "u\(n)", email: "\(n)", name: "", passwordHash: "", createdAt: Self.now)
                try await (n % 2 == 0 ? one : two).commit(StoreTransaction([.createUser(user)]))
                #expect(try await (n % 2 == 0 ? two : one).user(id: "u\(n)") == user)
            }
            #expect(one.cacheStatistics.rows == 0)
            await one.close()
            await two.close()
        }
    }

    @Test func folderThatCannotBeMadeIsNamed() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/file"
            try Data().write(to: URL(fileURLWithPath: file))
            await Self.expectError(.unavailable, containing: [file]) { _ = try await Self.open(file + "/d.sqlite") }
        }
    }

    @Test func whatWasCommittedSurvivesInTheFilesAsTheyAre() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            let store = try await Self.open(path)
            for n in 0..<50 {
                try await store.commit(Self.large("\(n)"))
                guard n % 10 == 9 else { continue }
                // What a crash would leave behind at this moment: the files, without any closing.
                let copy = folder + "/copy\(n).sqlite"
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                let recovered = try await Self.open(copy)
                let keys = try await recovered.values(namespace: "large", prefix: "", limit: 99, now: Self.now)
                #expect(keys.count == n + 1)
                await recovered.close()
            }
            await store.close()
            let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            #expect(size ?? 0 == 0)
        }
    }
}
#endif
