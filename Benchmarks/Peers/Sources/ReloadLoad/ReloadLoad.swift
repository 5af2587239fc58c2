import Foundation
import NIOCore
import NIOPosix

/// The load of the reload benchmark, and a backend for its proxy.
///
///     ReloadLoad load --port 8080 --path /a --path /b --rate 2000 --seconds 30
///     ReloadLoad echo-backend --port 9001
///
/// `load` measures until `--seconds` are over or SIGTERM comes, and then writes its figures to standard output as JSON.
@main
enum ReloadLoad {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            let arguments = try Arguments(words.dropFirst())
            switch words.first {
            case "load": try await load(arguments)
            case "echo-backend": try await EchoBackend(port: try arguments.integer("port")).run()
            default: throw ArgumentError("say load or echo-backend")
            }
        } catch {
            FileHandle.standardError.write(Data("ReloadLoad: \(error)\n".utf8))
            exit(error is ArgumentError ? 64 : 69)
        }
    }

    private static func load(_ arguments: Arguments) async throws {
        let options = try LoadOptions(arguments)
        // One loop for everything: nothing is shared between threads, and nothing waits for a lock.
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let finished = loop.makePromise(of: String.self)
        let stop = loop.makePromise(of: Void.self)
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM)
        source.setEventHandler { stop.succeed() }
        source.resume()
        loop.execute { Load(options: options, loop: loop, finished: finished).run(until: stop.futureResult) }
        print(try await finished.futureResult.get())
        source.cancel()
    }
}
