import Foundation

/// A command as the argument parser describes it.
struct CommandDescription: Decodable {
    /// An argument, option or flag.
    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional, option, flag
        }

        struct Name: Decodable {
            enum Kind: String, Decodable {
                case long, short, longWithSingleDash
            }

            let kind: Kind
            let name: String

            var text: String { (kind == .long ? "--" : "-") + name }
        }

        let kind: Kind
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?

        /// The names, the short one first.
        var shownNames: [String] {
            (names ?? []).sorted { ($0.kind == .short ? 0 : 1) < ($1.kind == .short ? 0 : 1) }.map(\.text)
        }

        /// The value as the synopsis has it; empty for a flag.
        var value: String { kind == .flag ? "" : "<\(valueName ?? "value")>" }

        /// What it does, with what it is without it.
        var details: String {
            let text = abstract ?? ""
            guard kind != .flag, let defaultValue, !defaultValue.isEmpty else { return text }
            return text + (text.isEmpty ? "" : " ") + "(default: \(defaultValue))"
        }
    }

    private struct Dump: Decodable {
        let command: CommandDescription
    }

    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let superCommands: [String]?
    let arguments: [Argument]?
    let subcommands: [CommandDescription]?

    /// Reads what a program prints for `--experimental-dump-help`.
    ///
    /// - Throws: When the text is something else.
    init(dump text: String) throws {
        self = try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
    }

    /// The name with those of the commands that it is a part of.
    var fullName: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

    /// The commands that belong to it and are listed.
    var children: [CommandDescription] {
        (subcommands ?? []).filter { $0.shouldDisplay ?? true && $0.commandName != "help" }
    }

    /// The command with all commands below it, in order.
    var all: [CommandDescription] { [self] + children.flatMap(\.all) }

    /// What is written after the name, in the order of the declaration.
    var positionals: [Argument] { shown.filter { $0.kind == .positional } }

    /// The options and flags, without those that every command has.
    var options: [Argument] {
        shown.filter { $0.kind != .positional && !($0.names ?? []).contains { ["help", "version"].contains($0.name) } }
    }

    private var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    /// How the command is called.
    var synopsis: String {
        var parts = [fullName]
        if !children.isEmpty { parts.append("<command>") }
        parts += options.map { option in
            let name = option.shownNames.last ?? ""
            let text = option.value.isEmpty ? name : "\(name) \(option.value)"
            return (option.isOptional ? "[\(text)]" : text) + (option.isRepeating ? " ..." : "")
        }
        parts += positionals.map { argument in
            (argument.isOptional ? "[\(argument.value)]" : argument.value) + (argument.isRepeating ? " ..." : "")
        }
        return parts.joined(separator: " ")
    }

    /// The paragraphs of the discussion; one of several lines is to be shown as it stands.
    var paragraphs: [String] {
        (discussion ?? "").split(separator: "\n\n").map(String.init).filter { !$0.isEmpty }
    }
}
