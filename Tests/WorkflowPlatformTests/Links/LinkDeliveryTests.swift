import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct LinkDeliveryTests {
    @Test(arguments: TestDatabase.allCases)
    func aMessageReachesTheBrokerOfTheTarget(database: TestDatabase) async throws {
        let name = "message-\(database)"
        try await LinkFixture.with(database) { links in
            let source = try await links.workflow("Source", listening("none-\(name)", to: "nothing"))
            let target = try await links.workflow("Target", listening(name, to: "incoming.orders"))
            try await links.link(source, target, "order.*", ["topic": "incoming.orders"])
            try await links.publish("order.paid", ["id": "7"], in: source)
            try await links.publish("invoice.paid", ["id": "8"], in: source)
            let messages = try await RecordedMessages.recorder(name).waitForMessages(1)
            #expect(messages.first?.payload == ["id": "7"])
            #expect(messages.first?.topic == "incoming.orders")
            #expect(messages.first?.key == "all")
            try await until { links.count("delivered") == 1 }
            #expect(messages.count == 1)
            #expect(links.count("recorded") == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func aTransitionRunsAPartOfTheTargetOnce(database: TestDatabase) async throws {
        try await LinkFixture.with(database) { links in
            // The source has no broker at all.
            let source = try await links.workflow("Source", orders)
            let target = try await links.workflow("Target", orders)
            try await links.link(source, target, "order.paid", ["workflow": "order", "action": "pay"])
            _ = try await links.test.engines.invoke(source.id, "order", action: "pay", data: ["id": "o1"])
            try await until { links.count("delivered") == 1 }
            let engine = try #require(links.test.engines.running(target.id)?.engine)
            let store = try #require(engine.runningGeneration?.store)
            let instance = try #require(try await store.instance(id: "o1"))
            #expect(instance.currentState == "paid")
            #expect(instance.data["source_workflow_id"] == .string(source.id.text))
            #expect(instance.data["event_type"] == "order.paid")
            #expect(instance.data["event_data"]?["id"] == "o1")

            // The same event once more changes nothing.
            let found = try await links.test.services.database.read { try LinkTable.list(after: "", limit: 1, $0) }
            let link = try #require(found.first)
            let delivery = LinkDelivery(
                id: "twice", link: link.id, position: "", type: "order.paid", data: ["id": "o2"], key: "", hops: 1,
                trace: "", attempts: 0, dueAt: links.test.clock.now, lastError: "", isDead: false,
                createdAt: links.test.clock.now)
            for _ in 1...2 {
                try await LinkTarget(engine: engine, clock: SystemClock(), logger: .quiet).take(delivery, of: link)
            }
            #expect(try await store.instance(id: "o2")?.version == 1)
        }
    }

    @Test func whatComesWhileTheTargetIsStoppedReachesItLater() async throws {
        try await LinkFixture.with { links in
            let source = try await links.workflow("Source", listening("none-later", to: "nothing"))
            let target = try await links.workflow("Target", listening("later", to: "order.>"))
            try await links.link(source, target, "order.*")
            _ = try await target.send(.post, "/stop", as: .admin)
            for number in 0..<250 { try await links.publish("order.paid", ["id": .integer(Int64(number))], in: source) }
            try await until { links.count("recorded") == 250 }
            #expect(RecordedMessages.recorder("later").handled.isEmpty)
            _ = try await target.deploy()
            try await links.passing { RecordedMessages.recorder("later").handled.count >= 250 }
            let ids = RecordedMessages.recorder("later").handled.compactMap { $0.payload["id"]?.intValue }
            #expect(ids == Array(0..<250))
            #expect(links.count("failed") == 0)
        }
    }

    @Test func whatNoTargetTakesIsADeadLetterThatCanBeRedriven() async throws {
        try await LinkFixture.with { links in
            var source = try await links.workflow("Source", listening("none-dead", to: "nothing"))
            var target = try await links.workflow("Target", listening("dead", to: "order.*"))
            let link = try await links.link(source, target, "order.*", ["broker": "special"])
            for number in 1...3 { try await links.publish("order.paid", ["id": .integer(Int64(number))], in: source) }
            try await links.passing { links.count("dead") == 3 }
            let tenant = try await links.tenant.renewed(links.test)
            source = TestWorkflow(id: source.id, test: links.test, tenant: tenant)
            target = TestWorkflow(id: target.id, test: links.test, tenant: tenant)
            let path = "/links/\(link)/dead-letters"
            let list = try await source.send(.get, path, as: .editor)
            #expect(try list.data.arrayValue?.count == 3)
            #expect(try list.data[0]?["attempts"] == 12)
            #expect(
                try list.data[0]?["last_error"]?.stringValue?.contains("no message broker \"special\"") == true)
            #expect(try list.data[0]?["event_data"]?["value"]?["id"] == 3)
            #expect(try await source.send(.get, path, as: .viewer).status == 403)
            let ids = try (list.data.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
            #expect(try await source.send(.delete, "\(path)/\(ids[0])").status == 204)
            #expect(try await source.send(.delete, "\(path)/\(ids[0])").status == 404)

            let special = listening("dead", to: "order.*").replacing("name: events", with: "name: special")
            _ = try await target.save(special)
            #expect(try await target.deploy().status == 200)
            let one = try await source.send(.post, "\(path)/redrive", ["delivery_id": .string(ids[1])])
            #expect(try one.data["redriven"] == 1)
            try await RecordedMessages.recorder("dead").waitForMessages(1)
            let rest = try await source.send(.post, "\(path)/redrive", [:])
            #expect(try rest.data["redriven"] == 1)
            let messages = try await RecordedMessages.recorder("dead").waitForMessages(2)
            #expect(messages.map { $0.payload["id"] } == [2, 1])
            #expect(messages.map(\.id) == [ids[1], ids[2]])
            let actions = try await source.actions().suffix(3)
            #expect(actions == ["workflow-link.discard", "workflow-link.redrive", "workflow-link.redrive"])
        }
    }

    @Test func whatWaitsTooLongIsGivenUp() async throws {
        try await LinkFixture.with { links in
            let source = try await links.workflow("Source", listening("none-old", to: "nothing"))
            let target = try await links.workflow("Target", orders, isDeployed: false)
            let link = try await links.link(source, target, "order.*")
            try await links.publish("order.paid", ["id": 1], in: source)
            try await until { links.count("recorded") == 1 }
            links.test.clock.advance(by: .seconds(8 * 24 * 3600))
            await links.test.platform.forgetExpired()
            let id = try #require(ID<WorkflowLink>(link))
            let page = PageRequest(cursor: .start, limit: 10)
            let dead = try await links.test.services.database.read { try LinkDeliveryTable.dead(on: id, page, $0) }
            #expect(dead.items.map(\.lastError) == ["The target did not take it in time."])
            links.test.clock.advance(by: .seconds(31 * 24 * 3600))
            await links.test.platform.forgetExpired()
            let gone = try await links.test.services.database.read { try LinkDeliveryTable.dead(on: id, page, $0) }
            #expect(gone.items.isEmpty)
        }
    }
}
