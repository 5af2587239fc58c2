import HTTPTypes
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Accounts that are changed while a password is being checked.
@Suite(.timeLimit(.minutes(2))) struct MeanwhileTests {
    private static let email = "owner@example.com"

    /// Runs a test on a platform, which hashes passwords better than they have been.
    private func with(
        _ database: TestDatabase = TestDatabase.allCases[0],
        _ body: (TestPlatform, InterveningDatabase, _ owner: ID<User>, _ token: String) async throws -> Void
    ) async throws {
        let opened = InterveningDatabase(try await database.open())
        let token = try await TestPlatform.with(on: opened) { (test) async throws in
            try await test.setUp().tokens.access
        }
        try await TestPlatform.with(on: opened) {
            $0.passwordCost = 3
        } _: { (test) async throws in
            let owner = try #require(ID<User>(try await test.userID(token)))
            try await body(test, opened, owner, token)
        }
        await opened.close()
    }

    @Test(arguments: TestDatabase.allCases)
    func aPasswordThatWasChangedDoesNotSignIn(database: TestDatabase) async throws {
        try await with(database) { test, database, owner, _ in
            let hash = try await test.services.passwords.hash("staple battery")
            database.intervene { try UserTable.setPasswordHash(hash, of: owner, $0) }
            let answer = try await test.login(Self.email)
            #expect(answer.status == 401)
            #expect(try answer.json["detail"] == "The e-mail address or the password is wrong.")
            #expect(try await test.login(Self.email).status == 401, "it does not come back")
            #expect(try await test.login(Self.email, "staple battery").status == 200)
        }
    }

    @Test func aBetterHashOfThePasswordIsKept() async throws {
        try await with { test, _, owner, _ in
            func hash() async throws -> String? {
                try await test.services.database.read { try UserTable.passwordHash(owner, $0) }
            }
            let before = try await hash()
            #expect(try await test.login(Self.email).status == 200)
            let better = try await hash()
            #expect(better != before)
            #expect(try await test.login(Self.email).status == 200)
            let after = try await hash()
            #expect(after == better)
        }
    }

    @Test func aPasswordThatWasHashedBetterMeanwhileSignsIn() async throws {
        try await with { test, database, owner, _ in
            let hash = try await test.services.passwords.hash(TestPlatform.password)
            database.intervene { try UserTable.setPasswordHash(hash, of: owner, $0) }
            #expect(try await test.login(Self.email).status == 200)
        }
    }

    @Test func aSecondFactorThatWasAddedIsAskedFor() async throws {
        try await with { test, database, owner, _ in
            database.intervene { connection in
                try SecondFactorTable.begin("sealed", of: owner, connection)
                try SecondFactorTable.confirm(owner, codeHashes: [], connection)
            }
            let answer = try await test.login(Self.email)
            #expect(answer.status == 401)
            #expect(try answer.problem == "second-factor-required")
        }
    }

    @Test func whoeverWasShutOutDoesNotSignIn() async throws {
        try await with { (test, database, owner, _) async throws in
            database.intervene { connection in
                var user = try #require(try UserTable.find(owner, connection))
                (user.isActive, user.revision) = (false, user.revision + 1)
                let isSaved = try UserTable.update(user, connection)
                #expect(isSaved)
            }
            #expect(try await test.login(Self.email).status == 401)
        }
    }

    @Test func aPasswordThatWasResetIsNotChangedWithTheOneBefore() async throws {
        try await with { test, database, owner, token in
            let hash = try await test.services.passwords.hash("staple battery")
            database.intervene { try UserTable.setPasswordHash(hash, of: owner, $0) }
            let answer = try await test.send(
                .post, "/auth/password", token: token,
                ["current_password": .string(TestPlatform.password), "new_password": "of somebody else"])
            #expect(answer.status == 403)
            #expect(try await test.login(Self.email, "staple battery").status == 200)
        }
    }
}
