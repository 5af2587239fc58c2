import WorkflowCore

extension ScriptRuntimeConformance {
    static let hostCases: [Case] = [
        Case("host functions are called with their arguments and answered") { bench in
            let host = RecordingScriptHost { function, arguments in
                try await Task.sleep(for: .milliseconds(5))
                return ["function": .string(function), "count": .integer(Int64(arguments.count))]
            }
            let result = try await bench.execute(
                """
                const answers = await Promise.all([
                  workflow.resource.get("order", "o1"), workflow.publish("topic", { a: 1 }), workflow.kv.get("k"),
                  workflow.kv.set("k", [1]), workflow.kv.delete("k"), workflow.transition("i", "t", {}),
                  workflow.fetch("https://example.org/", { method: "POST" }), workflow.call("custom.one", 1, 2, 3),
                ]);
                return answers.map((answer) => answer.function);
                """, host: host)
            try bench.expectEqual(
                result,
                [
                    "resource.get", "publish", "kv.get", "kv.set", "kv.delete", "transition", "fetch", "custom.one",
                ])
            try bench.expect(host.calls.contains(#"resource.get["order","o1"]"#), "\(host.calls)")
            try bench.expect(host.calls.contains(#"custom.one[1,2,3]"#), "\(host.calls)")
        },
        Case("host calls overlap") { bench in
            let host = RecordingScriptHost { _, _ in
                try await Task.sleep(for: .milliseconds(50))
                return 1
            }
            let result = try await bench.execute(
                """
                const begin = workflow.now();
                await Promise.all(Array.from({ length: 20 }, (_, i) => workflow.kv.get("k" + i)));
                return workflow.now() - begin < 900;
                """, host: host)
            try bench.expectEqual(result, true)
        },
        Case("what the config does not grant is refused with the host's message") { bench in
            try await bench.expectError(.thrown, containing: "publish is not granted") {
                try await bench.execute("await workflow.publish('t', {});")
            }
            let caught = try await bench.execute(
                "try { await workflow.kv.get('k'); } catch (error) { return [error instanceof Error, error.message]; }")
            try bench.expectEqual(caught, [true, "kv.get is not granted to this component"])
        },
        Case("arguments that are not JSON, or too large, are refused") { bench in
            let host = RecordingScriptHost { _, _ in 1 }
            try await bench.expectError(.thrown, containing: "cyclic") {
                try await bench.execute("const a = {}; a.a = a; await workflow.publish('t', a);", host: host)
            }
            try await bench.expectError(.thrown, containing: "larger than") {
                try await bench.execute("await workflow.publish('t', 'x'.repeat(3e6));", host: host)
            }
            try bench.expectEqual(host.calls, [])
        },
        Case("host calls in flight are bounded") { bench in
            let host = RecordingScriptHost { _, _ in
                try await Task.sleep(for: .milliseconds(100))
                return 1
            }
            try await bench.expectError(.thrown, containing: "too many host calls") {
                try await bench.execute(
                    "await Promise.all(Array.from({ length: 5000 }, () => workflow.kv.get('k')));", host: host)
            }
        },
        Case("log lines reach the host with level and metadata") { bench in
            let host = RecordingScriptHost()
            _ = try await bench.execute(
                """
                workflow.log.debug("d"); workflow.log.info("i", { order: "o1" }); workflow.log.warn(new Error("w"));
                workflow.log.error("e", "no object"); console.log("one", 2, { three: 3 }); console.error("bad");
                """, host: host)
            try bench.expectEqual(host.lines.map(\.level), ["debug", "info", "warn", "error", "info", "error"])
            try bench.expectEqual(
                host.lines.map(\.message), ["d", "i", "Error: w", "e", #"one 2 {"three":3}"#, "bad"])
            try bench.expectEqual(host.lines[1].metadata["order"], "o1")
            try bench.expectEqual(host.lines[3].metadata["value"], "no object")
        },
        Case("a flood of log lines is bounded in number and length") { bench in
            let host = RecordingScriptHost()
            _ = try await bench.execute(
                """
                workflow.log.info("x".repeat(1e6), { large: "y".repeat(1e6) });
                for (let i = 0; i < 5000; i++) workflow.log.info("line " + i);
                """, host: host)
            try bench.expect(host.lines.count <= 101, "\(host.lines.count) lines")
            try bench.expect((host.lines.first?.message.utf16.count ?? 0) <= 4097, "a line is too long")
            try bench.expectEqual(host.lines.first?.metadata["metadata"], "too large")
            try bench.expect(
                host.lines.last?.message.contains("dropped") ?? false, "nothing says that lines are dropped")
        },
        Case("digests, encodings and random values") { bench in
            let result = try await bench.execute(
                """
                const uuids = new Set(Array.from({ length: 50 }, () => workflow.uuid()));
                const random = workflow.random();
                let refused = "";
                try { workflow.base64.decode("***"); } catch (error) { refused = error.message; }
                return {
                  sha: workflow.sha256("abc"), hmac: workflow.hmacSHA256("key", "The quick brown fox jumps over the lazy dog"),
                  base64: workflow.base64.encode("Grüße"), text: workflow.base64.decode("R3LDvMOfZQ=="),
                  all: ["", "f", "fo", "foo", "foob"].map((text) => workflow.base64.encode(text)).join(),
                  uuids: uuids.size, form: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test([...uuids][0]),
                  random: random >= 0 && random < 1, now: Math.abs(workflow.now() - Date.now()) < 1000, refused,
                };
                """)
            try bench.expectEqual(
                result,
                [
                    "sha": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    "hmac": "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
                    "base64": "R3LDvMOfZQ==", "text": "Grüße", "all": ",Zg==,Zm8=,Zm9v,Zm9vYg==", "uuids": 50,
                    "form": true,
                    "random": true, "now": true, "refused": "the text is not base64",
                ])
        },
        Case("an error in a timer's function is logged, and the component goes on") { bench in
            let host = RecordingScriptHost()
            let component = try await bench.load(
                """
                exports.execute = async () => { setTimeout(() => { throw new Error("late"); }, 1);
                  Promise.reject(new Error("lost")); await workflow.sleep(20); return 1; };
                """, host: host)
            try bench.expectEqual(try await component.execute(.null), 1)
            try bench.expectEqual(try await component.execute(.null), 1)
            try bench.expect(host.lines.contains { $0.message.contains("late") }, "\(host.lines)")
            try bench.expect(host.lines.contains { $0.message.contains("lost") }, "\(host.lines)")
        },
        Case("cancelling the task ends the call") { bench in
            let component = try await bench.load(
                "exports.execute = async (wait) => { if (wait) await new Promise(() => {}); return 'ok'; };")
            let task = Task { try await component.execute(true) }
            try await Task.sleep(for: .milliseconds(20))
            task.cancel()
            switch await task.result {
            case .success: throw ConformanceFailure("the call was not cancelled")
            case .failure(let error): try bench.expect(error is CancellationError, "\(error)")
            }
            try bench.expectEqual(try await component.execute(false), "ok")
            try await component.stop()
        },
        Case("calls beyond the concurrency wait, and beyond the queue are refused") { bench in
            var limits = ScriptRuntimeBench.limits
            limits.concurrency = 2
            limits.queue = 3
            let component = try await bench.load(
                """
                let active = 0, most = 0;
                exports.execute = async () => {
                  most = Math.max(most, ++active); await workflow.sleep(40); active--; return most;
                };
                """, limits: limits)
            let outcomes = await withTaskGroup(of: Result<JSONValue, any Error>.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do { return .success(try await component.execute(.null)) } catch { return .failure(error) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let values = outcomes.compactMap { try? $0.get() }
            try bench.expectEqual(values.count, 5)
            try bench.expect(values.allSatisfy { $0 == 1 || $0 == 2 }, "\(values)")
            for case .failure(let error) in outcomes {
                try bench.expectEqual((error as? ScriptError)?.code, .overloaded)
            }
        },
    ]
}
