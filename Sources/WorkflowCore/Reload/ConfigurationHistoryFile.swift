/// The file of one version: a line of JSON about it, then the texts as they are.
///
/// The JSON line and the lines before each text are YAML comments, so that the file of a configuration with one text is
/// itself that configuration. How long each text is stands in the first line; a file that is longer or shorter than its
/// first line says is not whole.
///
/// ```yaml
/// # {"workflowConfiguration":1,"number":3,"time":"…","hash":"…","source":"put","status":"accepted","files":[…]}
/// --- # "app.yaml"
/// modules: []
/// ```
enum ConfigurationHistoryFile {
    /// Why the bytes are not those of a version.
    struct Flaw: Error, CustomStringConvertible {
        let description: String
    }

    private static let format: JSONValue = 1
    private static let newline = UInt8(ascii: "\n")

    /// The bytes of the file for a version.
    static func bytes(of entry: ConfigurationHistory.Entry) -> [UInt8] {
        let version = entry.version
        var header: JSONObject = [
            "workflowConfiguration": format, "number": .integer(Int64(version.number)),
            "time": .string(version.time.description), "hash": .string(version.hash),
            "source": .string(version.source.rawValue),
        ]
        // Which version is the current one follows from the others, so that a change of it writes one file only.
        header["status"] = .string(version.status.reason == nil ? "accepted" : "rolledBack")
        if let reason = version.status.reason { header["reason"] = .string(reason) }
        header["files"] = .array(
            entry.texts.map { ["name": .string($0.name), "bytes": .integer(Int64($0.content.utf8.count))] })
        var bytes = Array("# ".utf8)
        JSONValue.object(header).write(to: &bytes)
        bytes.append(newline)
        for text in entry.texts {
            bytes.append(contentsOf: separator(text.name))
            bytes.append(contentsOf: text.content.utf8)
            bytes.append(newline)
        }
        return bytes
    }

    /// Reads the file of a version; the newest one is not told apart as ``ConfigurationHistory/Status/current`` yet.
    static func entry(from bytes: [UInt8]) throws(Flaw) -> ConfigurationHistory.Entry {
        guard bytes.starts(with: "# ".utf8), let end = bytes.firstIndex(of: newline) else {
            throw Flaw(description: "it does not begin with the line that describes a version")
        }
        let header: JSONValue
        do {
            header = try JSONValue(parsing: bytes[2..<end])
        } catch {
            throw Flaw(description: "its first line cannot be read: \(error)")
        }
        guard header["workflowConfiguration"] == format, let version = version(header),
            let files = header["files"]?.arrayValue
        else { throw Flaw(description: "its first line does not describe a version") }
        var rest = bytes[(end + 1)...]
        var texts: [ConfigurationHistory.Text] = []
        for file in files {
            guard let name = file["name"]?.stringValue, let count = file["bytes"]?.intValue, count >= 0 else {
                throw Flaw(description: "its first line does not describe its texts")
            }
            let line = separator(name)
            guard rest.starts(with: line), rest.count - line.count > count else {
                throw Flaw(description: "it is not whole")
            }
            rest = rest.dropFirst(line.count)
            guard let content = String(validating: rest.prefix(count), as: UTF8.self) else {
                throw Flaw(description: "a text in it is not valid UTF-8")
            }
            rest = rest.dropFirst(count)
            guard rest.popFirst() == newline else { throw Flaw(description: "it is not whole") }
            texts.append(ConfigurationHistory.Text(name: name, content: content))
        }
        guard rest.isEmpty else { throw Flaw(description: "it is longer than its first line says") }
        return ConfigurationHistory.Entry(version: version, texts: texts)
    }

    private static func version(_ header: JSONValue) -> ConfigurationHistory.Version? {
        guard let number = header["number"]?.intValue, let hash = header["hash"]?.stringValue,
            let time = header["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let source = header["source"]?.stringValue
        else { return nil }
        let status: ConfigurationHistory.Status
        switch header["status"]?.stringValue {
        case "accepted": status = .accepted
        case "rolledBack": status = .rolledBack(reason: header["reason"]?.stringValue ?? "")
        default: return nil
        }
        return ConfigurationHistory.Version(
            number: number, time: time, hash: hash, source: ConfigurationHistory.Source(rawValue: source),
            status: status)
    }

    private static func separator(_ name: String) -> [UInt8] {
        var bytes = Array("--- # ".utf8)
        JSONValue.writeString(name, to: &bytes)
        bytes.append(newline)
        return bytes
    }
}
