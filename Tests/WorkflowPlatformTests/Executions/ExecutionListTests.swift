import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// How executions are found, and how long they are kept.
@Suite(.timeLimit(.minutes(5))) struct ExecutionListTests {
    /// Puts executions into the database that began a second apart.
    private func fill(_ test: TestPlatform, _ workflow: ID<Workflow>, _ statuses: [Execution.Status]) async throws {
        var entries: [ExecutionEntry] = []
        for (index, status) in statuses.enumerated() {
            let time = test.clock.now.advanced(by: .seconds(index - 10_000))
            let id = TimedID.start(of: time)
            var execution = Execution(
                id: ID(stored: id), workflow: workflow, version: 1, kind: .call, part: "part \(index)",
                action: index % 2 == 0 ? "even_\(index)" : "odd", trigger: index % 2 == 0 ? .http : .event,
                status: status, startedAt: time)
            execution.completedAt = status == .running ? nil : time
            entries.append(ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: nil)))
        }
        try await test.services.database.write { [entries] in _ = try ExecutionBatch(entries).write($0) }
    }

    private func counts(_ test: TestPlatform, _ id: ID<Workflow>) async throws -> [Execution.Status: Int] {
        let counts = try await test.services.database.read { try ExecutionTable.counts(of: [id], $0) }
        return (counts[id] ?? [:]).filter { $0.value != 0 }
    }

    @Test(arguments: TestDatabase.allCases)
    func filtersAndPages(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            try await fill(test, workflow.id, (0..<10).map { $0 < 4 ? .failed : .completed })
            func parts(_ query: String) async throws -> [String] {
                let answer = try await workflow.send(.get, "/executions?\(query)", as: .viewer)
                #expect(answer.status == 200, "\(answer.text)")
                return (try answer.data.arrayValue ?? []).compactMap {
                    $0["workflow"]?.stringValue.map { String($0.dropFirst(5)) }
                }
            }
            #expect(try await parts("") == ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"])
            #expect(try await parts("status=failed") == ["3", "2", "1", "0"])
            #expect(try await parts("status=failed&trigger_type=http") == ["2", "0"])
            #expect(try await parts("q=EVEN_") == ["8", "6", "4", "2", "0"])
            #expect(try await parts("q=%25").isEmpty)
            let third = test.clock.now.advanced(by: .seconds(3 - 10_000))
            #expect(try await parts("until=\(third)") == ["2", "1", "0"])
            #expect(try await parts("since=\(third)&status=failed") == ["3"])
            var (seen, cursor) = ([String](), "")
            repeat {
                let answer = try await workflow.send(.get, "/executions?page_size=4\(cursor)", as: .viewer)
                seen += (try answer.data.arrayValue ?? []).compactMap { $0["workflow"]?.stringValue }
                cursor = try answer.json["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(seen == (0..<10).reversed().map { "part \($0)" })
            let wrong = try await workflow.send(.get, "/executions?status=done", as: .viewer)
            #expect(wrong.status == 400)
        }
    }

    @Test func aSearchGoesOnWhereItHasStopped() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            try await fill(test, workflow.id, Array(repeating: .completed, count: 2500))
            let first = try await workflow.send(.get, "/executions?q=even_0", as: .viewer)
            #expect(try first.data == [])
            let next = try #require(try first.json["next_cursor"]?.stringValue)
            let second = try await workflow.send(.get, "/executions?q=even_0&cursor=\(next)", as: .viewer)
            #expect(try second.data[0]?["action"] == "even_0")
            #expect(try second.json["next_cursor"] == .null)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func oldOnesAndTooManyAreForgotten(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let statuses: [Execution.Status] = [.running] + Array(repeating: .completed, count: 1299)
            try await fill(test, workflow.id, statuses)
            let keeping = ExecutionKeeping(
                database: test.services.database, clock: test.clock, logger: .quiet)
            try await keeping.forget(olderThan: .seconds(9_900), keeping: 100_000)
            // The first hundred ended earlier; one of them goes on.
            #expect(try await counts(test, workflow.id) == [.running: 1, .completed: 1200])
            try await keeping.forget(olderThan: .seconds(90_000), keeping: 100)
            #expect(try await counts(test, workflow.id) == [.running: 1, .completed: 100])
            try await keeping.forget(olderThan: .zero, keeping: 100)
            #expect(try await counts(test, workflow.id) == [.running: 1])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func whatAProcessHasLeftIsMarked(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            try await fill(test, workflow.id, [.running, .completed, .running, .running])
            let before = try await test.services.database.read { connection in
                try ExecutionTable.lastChange(of: workflow.id, connection)
            }
            let keeping = ExecutionKeeping(
                database: test.services.database, clock: test.clock, logger: .quiet)
            await keeping.markInterrupted(begunBefore: test.clock.now.advanced(by: .seconds(3 - 10_000)))
            let answer = try await workflow.send(.get, "/executions?status=failed", as: .viewer)
            #expect(
                try answer.data.arrayValue?.map { $0["error_message"] } == [
                    "interrupted: the process ended while it ran", "interrupted: the process ended while it ran",
                ])
            #expect(try answer.data[0]?["completed_at"]?.isNull == false)
            #expect(try await counts(test, workflow.id) == [.failed: 2, .completed: 1, .running: 1])
            let after = try await test.services.database.read { connection in
                try ExecutionTable.lastChange(of: workflow.id, connection)
            }
            #expect(after == before + 2)
        }
    }

    @Test func executionsGoWithTheirWorkflow() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            try await fill(test, workflow.id, [.running, .completed])
            #expect(try await workflow.send(.delete).status == 204)
            #expect(try await counts(test, workflow.id) == [:])
            // What is written later belongs to nothing.
            var entry = ExecutionEntry(
                execution: Execution(
                    id: test.services.newID(), workflow: workflow.id, version: 1, kind: .call, part: "p", action: "a",
                    trigger: .http, startedAt: test.clock.now), recorder: ValueRecorder(secrets: nil))
            entry.input = .dropped
            let written = try await test.services.database.write { [entry] in try ExecutionBatch([entry]).write($0) }
            #expect(written.isEmpty)
        }
    }
}
