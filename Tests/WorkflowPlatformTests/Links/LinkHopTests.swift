import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct LinkHopTests {
    @Test func aCircleEndsAtTheLimit() async throws {
        try await LinkFixture.with { links in
            let here = try await links.workflow("Here", listening("here", to: "ping"))
            let there = try await links.workflow("There", listening("there", to: "ping"))
            try await links.link(here, there, "ping", ["allow_cycle": true])
            try await links.link(there, here, "ping", ["allow_cycle": true, "hop_limit": 5])
            try await links.publish("ping", [:], in: here)
            // Here → there is the first, third and fifth; there → here the second and fourth, and the sixth is too many.
            try await until { links.count("hop_limit") == 1 }
            try await until { links.count("delivered") == 5 }
            #expect(try await RecordedMessages.recorder("there").waitForMessages(3).count == 3)
            #expect(try await RecordedMessages.recorder("here").waitForMessages(3).count == 3)
            #expect(links.count("recorded") == 5)
        }
    }

    @Test func theNumberGoesThroughAStateMachineOfTheTarget() async throws {
        try await LinkFixture.with { links in
            let first = try await links.workflow("First", listening("none-hops", to: "nothing"))
            let second = try await links.workflow("Second", orders)
            let third = try await links.workflow("Third", listening("hops", to: "order.*"))
            try await links.link(first, second, "start", ["workflow": "order", "action": "pay"])
            try await links.link(second, third, "order.paid", ["hop_limit": 1])
            try await links.publish("start", ["id": "through"], in: first)
            try await until { links.count("hop_limit") == 1 }
            #expect(links.count("recorded") == 1)
            // A transition that did not come through a link is not counted.
            _ = try await links.test.engines.invoke(second.id, "order", action: "pay", data: ["id": "direct"])
            let messages = try await RecordedMessages.recorder("hops").waitForMessages(1)
            #expect(messages.first?.payload["id"] == "direct")
            #expect(EventHops.split(messages.first?.trace ?? "").hops == 1)
        }
    }
}
