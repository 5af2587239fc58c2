import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import WorkflowCommandLine

extension ManagementClient {
    /// Receives a body of any length.
    ///
    /// - Parameters:
    ///   - path: The path, with its query.
    ///   - receive: Gets its parts.
    /// - Returns: The answer when it is an error; `nil` when all of the body has come.
    /// - Throws: ``CommandFailure`` when the connection breaks; what `receive` throws.
    func download(_ path: String, _ receive: ([UInt8]) throws -> Void) async throws -> ManagementAnswer? {
        try await reporting(seconds: 45) {
            let response = try await Self.streaming.execute(request("GET", path, []), deadline: .distantFuture)
            guard response.status == .ok else { return try await answer(response) }
            for try await buffer in response.body { try receive(Array(buffer.readableBytesView)) }
            return nil
        }
    }
}
