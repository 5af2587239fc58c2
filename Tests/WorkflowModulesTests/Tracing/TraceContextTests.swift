import Testing

@testable import WorkflowModules

@Suite struct TraceContextTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func aHeaderIsReadAndWritten() throws {
        let context = try #require(TraceContext(traceparent: Self.parent, tracestate: "congo=t61,rojo@sys=00f-1"))
        #expect("\(context.traceID)" == "0af7651916cd43dd8448eb211c80319c")
        #expect(TraceContext.text(of: context.spanID) == "b7ad6b7169203331")
        #expect(context.isSampled)
        #expect(context.isRemote)
        #expect(context.state == "congo=t61,rojo@sys=00f-1")
        #expect(context.traceparent == Self.parent)
    }

    @Test(arguments: [
        ("00-00000000000000000000000000000001-0000000000000001-00", false, "00"),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", true, "03"),
        // Bits without a meaning are not passed on.
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fd", true, "01"),
        // Later versions: only the first flag is known, and there may be more fields.
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", true, "01"),
        ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future", true, "01"),
    ])
    func formsThatAreAccepted(header: String, isSampled: Bool, flags: String) throws {
        let context = try #require(TraceContext(traceparent: header, tracestate: nil))
        #expect(context.isSampled == isSampled)
        #expect(context.traceparent == "00-" + header.dropFirst(3).prefix(49) + "-" + flags)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.extra",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
        "00-ü0f7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        // Two header fields come as one with a comma.
        "\(parent), \(parent)",
    ])
    func whatIsMalformedIsIgnored(header: String) {
        #expect(TraceContext(traceparent: header, tracestate: "a=1") == nil)
    }

    @Test(arguments: [
        "a=1", "a=1,b=2", " a=1 , b=2\t", "a=1,,b=2", "tenant@system=x", "0a=1", "a_-*/=1", "a=!~", "a=",
        "\(String(repeating: "k", count: 256))=\(String(repeating: "v", count: 256))",
        (1...32).map { "k\($0)=1" }.joined(separator: ","),
    ])
    func stateIsPassedOnAsItCame(state: String) {
        #expect(TraceContext(traceparent: Self.parent, tracestate: state)?.state == state)
    }

    @Test(arguments: [
        "a", "=1", "A=1", "a b=1", "a=1=2", "a@b@c=1", "@b=1", "a@=1", "-a=1", "a=ü", "a=\u{7F}",
        "\(String(repeating: "k", count: 257))=1", "a=\(String(repeating: "v", count: 257))",
        "a@\(String(repeating: "s", count: 15))=1", (1...33).map { "k\($0)=1" }.joined(separator: ","),
        (1...20).map { "k\($0)=\(String(repeating: "v", count: 250))" }.joined(separator: ","), "", ",",
    ])
    func malformedStateIsLeftOutAndTheTraceGoesOn(state: String) {
        let context = TraceContext(traceparent: Self.parent, tracestate: state)
        #expect(context?.state == "")
        #expect(context?.traceparent == Self.parent)
    }

    @Test func identifiersAreNeverZeroNorTheSame() {
        let identifiers = TraceIdentifiers()
        var spans: Set<UInt64> = []
        var traces: Set<TraceContext.TraceID> = []
        for _ in 0..<10_000 {
            spans.insert(identifiers.nextSpan())
            traces.insert(identifiers.nextTrace())
        }
        #expect(spans.count == 10_000)
        #expect(traces.count == 10_000)
        #expect(!spans.contains(0))
    }
}
