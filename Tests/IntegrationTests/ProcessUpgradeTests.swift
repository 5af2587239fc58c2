import Foundation
import Testing
import WorkflowCore

@Suite("A new process takes over", .serialized, .enabled(if: SocketActivation.python != nil))
struct ProcessUpgradeTests {
    @Test("a restart behind a socket of systemd refuses nobody, and systemd hears of each step")
    func restart() async throws {
        let outcome = try await SocketActivation.play("restart", rounds: 4)
        #expect(outcome.failures == [])
        #expect(outcome.answered >= 4 * 50)
        #expect(outcome.notifications == Array(repeating: ["READY=1", "STOPPING=1"], count: 5).flatMap(\.self))
        #expect(outcome.exitStatuses == Array(repeating: 0, count: 5))
        // The socket that no server wants is told once by each process.
        #expect(outcome.unusedSockets == 5)
    }

    #if SQLite
    @Test("a process that waits for the state takes over from one that still serves")
    func overlap() async throws {
        let outcome = try await SocketActivation.play("overlap", rounds: 4)
        #expect(outcome.failures == [])
        #expect(outcome.answered >= 4 * 50)
        #expect(outcome.exitStatuses == Array(repeating: 0, count: 5))
    }

    @Test("a second process on the same state says who holds it, at once or after it has waited")
    func stateInUse() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/app.yaml"
            try SocketActivation.configuration("127.0.0.1:0").write(toFile: path, atomically: true, encoding: .utf8)
            let arguments = ["run", path, "--management-address", "none", "--state", "\(folder)/state"]
            let first = try ServerProcess(arguments)
            _ = try await first.port()
            for waiting in [[], ["--wait-for-state", "200ms"]] {
                let began = ContinuousClock.now
                let second = try ServerProcess(arguments + waiting)
                #expect(try await second.exitStatus() == 69)
                #expect(
                    second.standardError.contains(
                        "the database \(folder)/state/state.sqlite is in use by process \(first.identifier)"))
                if !waiting.isEmpty { #expect(ContinuousClock.now - began >= .milliseconds(200)) }
            }
            first.kill(SIGTERM)
            #expect(try await first.exitStatus() == 0)
        }
    }
    #endif

    @Test("two processes share a port with reusePort, and hardly a connection to the one that stops is lost")
    func reusePort() async throws {
        let outcome = try await SocketActivation.play("reuse", rounds: 8)
        // The kernel resets what is half way into the queue of a socket that is closed (docs/upgrade.md).
        #expect(outcome.failures.count <= 1 + outcome.answered / 100, "\(outcome.failures)")
        #expect(outcome.answered >= 8 * 50)
        #expect(outcome.exitStatuses == Array(repeating: 0, count: 9))
    }

    @Test("a time to wait that is none is refused")
    func wrongTime() async throws {
        let process = try ServerProcess(["run", "app.yaml", "--wait-for-state", "soon"])
        #expect(try await process.exitStatus() == 64)
        #expect(process.standardError.contains("\"soon\" is not a time such as 500ms, 30s or 5m."))
    }
}

/// A program that opens a socket as systemd does, and starts and stops `wfserver` on it while clients connect.
enum SocketActivation {
    struct Outcome {
        /// How many requests were answered with 200, each on a connection of its own.
        let answered: Int
        /// What went wrong for all others.
        let failures: [String]
        /// The first line of each datagram to the notification socket.
        let notifications: [String]
        let exitStatuses: [Int]
        /// How often a process logged that it has no use for a socket.
        let unusedSockets: Int
    }

    static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    static func configuration(_ address: String, reusePort: Bool = false) -> String {
        """
        modules:
          - {name: server, type: http.server, config: {address: "\(address)", reusePort: \(reusePort)}}
          - {name: router, type: http.router}
          - {name: hello, type: http.handler}
        workflows:
          http:
            routes: [{method: GET, path: /, handler: hello}]
        """
    }

    /// Plays one way of replacing the process.
    ///
    /// - Parameters:
    ///   - way: `restart` (stop, then start), `overlap` (start one that waits for the state, then stop), or `reuse`
    ///     (start one without a common socket, then stop).
    ///   - rounds: How often.
    static func play(_ way: String, rounds: Int) async throws -> Outcome {
        try await withTemporaryFolder { folder in
            let configuration = configuration("127.0.0.1:PORT", reusePort: way == "reuse")
            let program = try ServerProcess(
                ["-c", script, ServerProcess.executable, way, "\(rounds)", folder, configuration],
                executable: python)
            let status = try await program.exitStatus(within: .seconds(180))
            guard status == 0, let document = try? JSONValue(parsing: Array(program.standardOutput.utf8)) else {
                throw WorkflowError(.internal, "The player failed: \(program.standardOutput)\(program.standardError)")
            }
            func strings(_ key: String) -> [String] { (document[key]?.arrayValue ?? []).compactMap(\.stringValue) }
            return Outcome(
                answered: document["answered"]?.intValue ?? 0, failures: strings("failures"),
                notifications: strings("notifications"),
                exitStatuses: (document["statuses"]?.arrayValue ?? []).compactMap(\.intValue),
                unusedSockets: document["unused"]?.intValue ?? 0)
        }
    }

    private static let script = #"""
        import json, os, signal, socket, subprocess, sys, threading, time

        program, way, rounds, folder, configuration = sys.argv[1:]

        def listening(port=0):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen(1024)
            return listener

        listener, spare = listening(), listening()
        port = listener.getsockname()[1]
        if way == "reuse":
            listener.close()
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(folder + "/notify")
        with open(folder + "/app.yaml", "w") as file:
            file.write(configuration.replace("PORT", str(port)))
        log = open(folder + "/log", "w+")
        answered, failures, running, changed = 0, [], True, threading.Condition()

        def prepare():
            if way == "reuse":
                return
            # First out of the way of each other.
            copies = [os.dup2(one.fileno(), 100 + index) for index, one in enumerate((listener, spare))]
            for index, copy in enumerate(copies):
                os.dup2(copy, 3 + index)
                os.set_inheritable(3 + index, True)

        def start():
            state = ["--state", "none"] if way == "reuse" else ["--state", folder + "/state"]
            wait = ["--wait-for-state", "60s"] if way == "overlap" else []
            arguments = [program, "run", folder + "/app.yaml", "--management-address", "none"] + state + wait
            if way != "reuse":
                # The number of the shell is that of the program which takes its place.
                arguments = ["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"', "sh"] + arguments
            return subprocess.Popen(
                arguments, preexec_fn=prepare, close_fds=False, stdout=subprocess.PIPE, stderr=log, text=True,
                env=dict(os.environ, NOTIFY_SOCKET=folder + "/notify"))

        def await_ready(process):
            for line in process.stdout:
                if "is ready" in line:
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                    return
            log.seek(0)
            sys.exit("wfserver did not become ready: " + log.read())

        statuses, notifications = [], []

        def listen_to_notifications():
            while True:
                notifications.append(notify.recv(4096).decode().split("\n")[0])

        threading.Thread(target=listen_to_notifications, daemon=True).start()

        def stop(process):
            process.send_signal(signal.SIGTERM)
            statuses.append(process.wait(timeout=60))

        def client():
            global answered
            while running:
                step = "connect"
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                        step = "send"
                        connection.sendall(b"GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
                        step, data = "receive", b""
                        while True:
                            part = connection.recv(65536)
                            if not part:
                                break
                            data += part
                    if not data.startswith(b"HTTP/1.1 200"):
                        raise Exception("answer " + repr(data[:60]))
                    with changed:
                        answered += 1
                        changed.notify_all()
                except Exception as error:
                    with changed:
                        failures.append(step + ": " + repr(error))
                        changed.notify_all()

        def more(count):
            with changed:
                goal = answered + count
                changed.wait_for(lambda: answered >= goal or failures, timeout=60)

        current = start()
        await_ready(current)
        clients = [threading.Thread(target=client) for _ in range(8)]
        for one in clients:
            one.start()
        try:
            for _ in range(int(rounds)):
                more(50)
                if way == "restart":
                    stop(current)
                    current = start()
                    await_ready(current)
                elif way == "overlap":
                    following = start()
                    more(50)
                    stop(current)
                    await_ready(following)
                    current = following
                else:
                    following = start()
                    await_ready(following)
                    more(50)
                    stop(current)
                    current = following
            more(50)
        finally:
            running = False
            for one in clients:
                one.join()
            stop(current)
        log.seek(0)
        unused = sum("No server has the address of a socket" in line for line in log)
        print(json.dumps({
            "answered": answered, "failures": failures, "notifications": notifications, "statuses": statuses,
            "unused": unused}))
        """#
}
