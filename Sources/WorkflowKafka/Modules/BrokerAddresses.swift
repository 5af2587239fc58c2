#if Kafka
public import WorkflowCore

/// Addresses of brokers: a list, or a text with commas.
public struct BrokerAddresses: ConfigurationValue, Hashable {
    /// Each as `host:port`.
    public let addresses: [String]

    public static var schema: ConfigurationSchema { .any }

    /// Creates addresses.
    ///
    /// - Parameter addresses: Each as `host:port`.
    public init(_ addresses: [String]) {
        self.addresses = addresses
    }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let nodes = node.text == nil ? node.elements ?? [] : [node]
        guard !nodes.isEmpty else {
            decoder.failType(node, expected: "an address such as localhost:9092, or a list of them")
            return nil
        }
        var addresses: [String] = []
        var isRight = true
        for node in nodes {
            guard let text = node.text else {
                decoder.failType(node, expected: "an address such as localhost:9092")
                isRight = false
                continue
            }
            let parts = Self.parts(of: text)
            if let problem = parts.lazy.compactMap(Self.problem).first ?? (parts.isEmpty ? Self.problem("") : nil) {
                decoder.fail(node, problem)
                isRight = false
            }
            addresses += parts
        }
        guard isRight else { return nil }
        self.addresses = addresses
    }

    public var configurationValue: JSONValue? {
        addresses.count == 1 ? .string(addresses[0]) : .array(addresses.map { .string($0) })
    }

    /// The addresses of a text, without `kafka://`.
    static func parts(of text: String) -> [String] {
        let scheme = "kafka://"
        return (text.hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text).split(separator: ",")
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
            .map { part in String(part.reversed().trimmingPrefix(while: \.isWhitespace).reversed()) }
    }

    /// What is wrong with an address, or `nil`.
    static func problem(_ address: String) -> String? {
        let (host, port) = split(address)
        let isHost =
            !host.isEmpty && !host.contains { $0.isWhitespace || "/@?#\"".contains($0) }
            && (!host.contains(":") || (host.hasPrefix("[") && host.hasSuffix("]")))
        let isPort = port == nil || port.flatMap { UInt16($0) }.map { $0 > 0 } == true
        guard isHost, isPort else {
            // What stands before @ is a secret.
            let shown = address.contains("@") ? "***" : address
            return "\"\(shown)\" is not an address such as localhost:9092"
        }
        return nil
    }

    private static func split(_ address: String) -> (host: Substring, port: Substring?) {
        guard let colon = address.lastIndex(of: ":"), !address.hasSuffix("]") else { return (address[...], nil) }
        return (address[..<colon], address[address.index(after: colon)...])
    }
}
#endif
