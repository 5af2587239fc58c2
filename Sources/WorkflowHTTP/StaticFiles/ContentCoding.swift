/// A coding in which a file may lie beside the plain one.
enum ContentCoding: String, CaseIterable {
    case brotli = "br"
    case gzip

    /// The extension that the coded file has in addition.
    var fileExtension: String { self == .brotli ? ".br" : ".gz" }

    /// Which codings a client accepts, the best first (RFC 9110, section 12.5.3).
    static func accepted(_ acceptEncoding: String?) -> [ContentCoding] {
        guard let acceptEncoding else { return [] }
        var weights: [Substring: Double] = [:]
        for element in acceptEncoding.lowercased()[...].split(separator: ",") {
            let parts = element.split(separator: ";")
            guard let name = parts.first?.trimmed, !name.isEmpty else { continue }
            var weight = 1.0
            for parameter in parts.dropFirst() {
                let parameter = parameter.trimmed
                if parameter.hasPrefix("q=") { weight = Double(parameter.dropFirst(2)) ?? 0 }
            }
            weights[name == "x-gzip" ? "gzip" : name] = weight
        }
        let weighted = allCases.map { ($0, weights[$0.rawValue[...]] ?? weights["*"] ?? 0) }
        return weighted.filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }.map(\.0)
    }
}
