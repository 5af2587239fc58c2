#if JavaScript
import Testing
import WorkflowCore
import WorkflowJavaScript
import WorkflowTesting

@Suite("JavaScript runtime: what is there besides the language")
struct StandardGlobalTests {
    private func execute(_ body: String) async throws -> JSONValue {
        let runtime = try JavaScriptRuntime(isolation: .inProcess())
        do {
            let component = try await runtime.load(
                ScriptSource(name: "test.js", text: "module.exports = { async execute(input) { \(body) } };"),
                limits: ScriptLimits(), host: RecordingScriptHost(), configuration: .null)
            let result = try await component.execute(.null)
            await runtime.shutdown()
            return result
        } catch {
            await runtime.shutdown()
            throw error
        }
    }

    /// Returns what a statement throws, as text.
    private static let thrown = "const thrown = (run) => { try { run(); } catch (error) { return String(error); } };"

    @Test("queueMicrotask runs a function after the statement and before what waits")
    func microtasks() async throws {
        let result = try await execute(
            """
            \(Self.thrown)
            const order = [];
            Promise.resolve().then(() => order.push("before"));
            queueMicrotask((value) => order.push(value === undefined));
            order.push("now");
            await workflow.sleep(1);
            return [...order, thrown(() => queueMicrotask("code"))];
            """)
        #expect(result == ["now", "before", true, "TypeError: queueMicrotask needs a function"])
    }

    @Test("Text becomes bytes of UTF-8; half of a pair becomes U+FFFD")
    func encoder() async throws {
        let result = try await execute(
            #"""
            const encoder = new TextEncoder();
            return [encoder.encoding, [...encoder.encode("a\u0000ä€😀")], [...encoder.encode("\uD800b\uDC00")],
              encoder.encode().length, encoder.encode("ä") instanceof Uint8Array];
            """#)
        #expect(
            result == [
                "utf-8", [97, 0, 0xC3, 0xA4, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80],
                [0xEF, 0xBF, 0xBD, 98, 0xEF, 0xBF, 0xBD], 0, true,
            ])
    }

    @Test(
        "Bytes become text as the Encoding Standard says",
        arguments: [
            ("[0x61, 0xC3, 0xA4, 0xF0, 0x9F, 0x98, 0x80]", "aä😀"), ("[0xEF, 0xBB, 0xBF, 0x61]", "a"),
            ("[0x61, 0xEF, 0xBB, 0xBF]", "a\u{FEFF}"), ("[0xFF, 0x61]", "\u{FFFD}a"),
            ("[0xE2, 0x82]", "\u{FFFD}"), ("[0xE2, 0x82, 0x61]", "\u{FFFD}a"), ("[0xC0, 0x80]", "\u{FFFD}\u{FFFD}"),
            ("[0xED, 0xA0, 0x80]", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("[0xF4, 0x90, 0x80, 0x80]", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("[]", ""),
        ])
    func decoder(bytes: String, text: String) async throws {
        let result = try await execute(
            """
            const bytes = new Uint8Array(\(bytes));
            const decoder = new TextDecoder();
            const shifted = new Uint8Array(bytes.length + 3);
            shifted.set(bytes, 2);
            return [decoder.decode(bytes), decoder.decode(bytes.buffer),
              decoder.decode(new DataView(shifted.buffer, 2, bytes.length))];
            """)
        #expect(result == [.string(text), .string(text), .string(text)])
    }

    @Test("A decoder can be strict, keep the mark of the order of bytes, and says what it cannot do")
    func decoderOptions() async throws {
        let result = try await execute(
            """
            \(Self.thrown)
            const mark = new Uint8Array([0xEF, 0xBB, 0xBF]), bad = new Uint8Array([0xFF]);
            return [new TextDecoder("UTF-8", { ignoreBOM: true }).decode(mark).length, new TextDecoder().decode(),
              thrown(() => new TextDecoder("utf-8", { fatal: true }).decode(bad)),
              thrown(() => new TextDecoder("latin1")),
              thrown(() => new TextDecoder().decode("text")),
              thrown(() => new TextDecoder().decode(bad, { stream: true }))];
            """)
        #expect(
            result == [
                1, "", "TypeError: The bytes are not UTF-8", "RangeError: TextDecoder knows utf-8 only, not latin1",
                "TypeError: TextDecoder needs an ArrayBuffer or a view of one",
                "TypeError: TextDecoder decodes the whole text at once: stream is not supported",
            ])
    }

    @Test("A structured clone has the values, and nothing in common with the original")
    func cloning() async throws {
        let result = try await execute(
            """
            class Point { constructor() { this.x = 1; } get y() { return 2; } }
            const value = {
              date: new Date(5), map: new Map([["k", new Set([1])]]), bytes: new Uint8Array([1, 2, 3]).subarray(1),
              list: [1, , 3], pattern: /a/gi, error: new RangeError("no"), nothing: undefined, big: 5n,
              point: new Point(),
            };
            value.self = value;
            Object.defineProperty(value, "__proto__", { value: 7, enumerable: true });
            const copy = structuredClone(value);
            value.map.get("k").add(2);
            value.bytes[0] = 9;
            return [copy.self === copy && copy !== value, copy.date.getTime(), [...copy.map.get("k")], [...copy.bytes],
              copy.bytes.byteOffset, copy.list.length, 1 in copy.list, String(copy.pattern), String(copy.error),
              copy.error instanceof RangeError, "nothing" in copy, copy.big === 5n, copy.point instanceof Point,
              JSON.stringify(copy.point), Object.keys(copy).includes("__proto__"), structuredClone("text")];
            """)
        #expect(
            result == [
                true, 5, [1], [2, 3], 1, 3, false, "/a/gi", "RangeError: no", true, true, true, false, #"{"x":1}"#,
                true,
                "text",
            ])
    }

    @Test("What cannot be cloned is refused")
    func uncloneable() async throws {
        let result = try await execute(
            """
            \(Self.thrown)
            return [{ f() {} }, [Symbol("s")], Promise.resolve(), new WeakMap()]
              .map((value) => thrown(() => structuredClone(value)))
              .concat(thrown(() => structuredClone()),
                thrown(() => structuredClone(1, { transfer: [new ArrayBuffer(1)] })));
            """)
        #expect(
            result == [
                "DataCloneError: a function cannot be cloned", "DataCloneError: a symbol cannot be cloned",
                "DataCloneError: a Promise cannot be cloned", "DataCloneError: a WeakMap cannot be cloned",
                "TypeError: structuredClone needs a value", "TypeError: structuredClone cannot transfer anything",
            ])
    }

    @Test("A script that brings its own, or replaces what they are made of, gets on with it")
    func replacing() async throws {
        let result = try await execute(
            """
            "use strict";
            Map.prototype.get = String.prototype.charCodeAt = () => { throw new Error("replaced"); };
            const before = [structuredClone({ a: [1] }).a[0], new TextEncoder().encode("a")[0]];
            globalThis.structuredClone = () => "own";
            return [...before, structuredClone({})];
            """)
        #expect(result == [1, 97, "own"])
    }
}
#endif
