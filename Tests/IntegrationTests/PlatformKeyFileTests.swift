import Foundation
import Testing
import WorkflowCore
import WorkflowServer

/// The key that encrypts the secrets of workflows.
@Suite struct PlatformKeyFileTests {
    private func with(_ body: (_ folder: String, _ path: String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "wf-key-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder, "\(folder)/platform.key")
    }

    private func write(_ data: Data, _ path: String, _ mode: Int = 0o600) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func refusal(_ folder: String) -> String {
        do {
            _ = try PlatformKeyFile.key(environment: [:], folder: folder)
            return "taken"
        } catch {
            return "\(error)"
        }
    }

    @Test func aKeyIsMadeOnceForItsOwnerOnly() async throws {
        try await with { folder, path in
            let key = try PlatformKeyFile.key(environment: [:], folder: folder)
            #expect(Data(base64Encoded: key.value)?.count == 32)
            for place in [(folder, 0o700), (path, 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: place.0)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == place.1)
            }
            #expect(try PlatformKeyFile.key(environment: [:], folder: folder).value == key.value)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["platform.key"])
        }
    }

    @Test func thatOfTheEnvironmentComesFirst() async throws {
        try await with { folder, path in
            let given = String(repeating: "k", count: 40)
            let key = try PlatformKeyFile.key(environment: [PlatformKeyFile.variable: given], folder: folder)
            #expect(key.value == given)
            #expect(!FileManager.default.fileExists(atPath: path))
            let made = try PlatformKeyFile.key(environment: [PlatformKeyFile.variable: ""], folder: folder)
            #expect(made.value != given)
        }
    }

    @Test func severalAtOnceHaveTheSame() async throws {
        try await with { folder, _ in
            let keys = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<16 {
                    group.addTask { try PlatformKeyFile.key(environment: [:], folder: folder).value }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["platform.key"])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o601]) func oneThatOthersMayUseIsRefused(mode: Int) async throws {
        try await with { folder, path in
            try write(Data(repeating: UInt8(ascii: "k"), count: 40), path, mode)
            #expect(refusal(folder).contains("others may read \(path): chmod 600 it"))
        }
    }

    @Test(arguments: [
        Data(), Data("short".utf8), Data(repeating: 0, count: 44),
        Data("two lines of a key\nthat is none at all\n".utf8),
    ])
    func oneThatIsDamagedIsRefusedAndKept(content: Data) async throws {
        try await with { folder, path in
            try write(content, path)
            #expect(refusal(folder).contains("\(path) is damaged"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
        }
    }

    @Test func whatIsNoTextIsRefused() async throws {
        try await with { folder, path in
            try write(Data(repeating: 0xFF, count: 44), path)
            #expect(refusal(folder).contains("is no text"))
        }
    }

    @Test func aFolderInItsPlaceIsRefused() async throws {
        try await with { folder, path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            #expect(refusal(folder).contains("\(path) is not a file"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func oneOfAnotherUserIsRefused() async throws
    {
        try await with { folder, path in
            try write(Data(repeating: UInt8(ascii: "k"), count: 40), path)
            try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: path)
            #expect(refusal(folder).contains("belongs to another user"))
        }
    }

    @Test func aFolderThatCannotBeMadeIsSaid() async throws {
        try await with { folder, _ in
            try write(Data(), folder)
            #expect(refusal("\(folder)/inside").contains("\(folder)/inside"))
        }
    }
}
