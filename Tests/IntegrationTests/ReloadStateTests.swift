import Foundation
import TestServices
import Testing
import WorkflowCore

@Suite("Instances in states that a new configuration lacks")
struct ReloadStateTests {
    private static let reason =
        "Running instances are in states that the new configuration does not have: flow: 2 in \"held\", which the "
        + "definition no longer has. Say where they go with a mapping, or force the reload to leave them there."

    private func run(_ arguments: [String] = [], _ body: (ReloadFixture, [String]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.tickets(), in: folder, arguments)
            var ids: [String] = []
            for _ in 0..<2 { ids.append(try await fixture.client.ticket("hold")) }
            try await body(fixture, ids)
            try await fixture.stop()
        }
    }

    @Test("are a reason to refuse it, and the plan tells how many there are")
    func refused() async throws {
        try await run { fixture, ids in
            let open = try await fixture.client.ticket()
            let next = ReloadText.tickets(held: "parked")
            let plan = try await fixture.management.send("POST", "/api/workflow/plan", body: Array(next.utf8))
            #expect(
                plan.json?["stranded"] == [
                    [
                        "definition": "flow", "state": "held", "count": 2, "reason": "stateGone",
                        "strandedBefore": false,
                    ]
                ])
            let answer = try await fixture.put(next)
            #expect(answer.status == 409)
            #expect(answer.json?["reason"] == .string(Self.reason))
            #expect(try fixture.text == ReloadText.tickets())
            for id in ids { #expect(try await fixture.client.transition(id, "close") == 200) }
            // Nobody is in the way any more.
            #expect(try await fixture.put(next).status == 200)
            #expect(try await fixture.client.transition(open, "hold") == 200)
            #expect(try await fixture.client.state(of: open) == "parked")
        }
    }

    @Test("are moved by a mapping, which must lead from states that are gone to states that are there")
    func moved() async throws {
        try await run { fixture, ids in
            try fixture.save(ReloadText.tickets(held: "parked"))
            #expect(try await fixture.reload().json?["reason"] == .string(Self.reason))
            let wrong = try await fixture.reload(["mapping": ["flow": ["held": "nowhere"]]])
            #expect(wrong.status == 422)
            #expect(wrong.json?["issues"]?[0]?["message"] == "the new \"flow\" has no state \"nowhere\"")
            #expect(wrong.json?["issues"]?[0]?["path"] == "mapping.flow.held")
            for id in ids { #expect(try await fixture.client.state(of: id) == "held") }

            let answer = try await fixture.reload(["mapping": ["flow": ["held": "parked"]]])
            #expect(answer.status == 200)
            #expect(answer.json?["movedInstances"] == 2)
            for id in ids {
                #expect(try await fixture.client.state(of: id) == "parked")
                #expect(try await fixture.client.transition(id, "close") == 200)
            }
        }
    }

    @Test("are left where they are by force, and go on with the next configuration that has the state")
    func forced() async throws {
        try await run { fixture, ids in
            try fixture.save(ReloadText.tickets(held: "parked"))
            let answer = try await fixture.reload(["force": true])
            #expect(answer.status == 200)
            #expect(answer.json?["movedInstances"] == nil)
            #expect(try await fixture.client.state(of: ids[0]) == "held")
            #expect(try await fixture.client.transition(ids[0], "close") == 400)
            // They are no news for the next reload.
            #expect(try await fixture.put(ReloadText.tickets("text/b", held: "parked")).status == 200)
            #expect(try await fixture.put(ReloadText.tickets()).status == 200)
            for id in ids { #expect(try await fixture.client.transition(id, "close") == 200) }
        }
    }

    @Test("that were moved are moved back when the new configuration fails and the old one takes over again")
    func movedBack() async throws {
        let unused = try FreePort.next()
        try await run { fixture, ids in
            let next = ReloadText.tickets(held: "parked", modules: [ReloadText.proxy(to: unused)])
            let answer = try await fixture.put(next, "?mapping=%7B%22flow%22:%7B%22held%22:%22parked%22%7D%7D")
            #expect(answer.json?["movedInstances"] == 2)
            try await eventually(within: .seconds(15), "the old configuration is back") {
                try await fixture.lastReload()["status"] == "rolled_back"
            }
            for id in ids {
                #expect(try await fixture.client.state(of: id) == "held")
                #expect(try await fixture.client.transition(id, "close") == 200)
            }
        }
    }
}
