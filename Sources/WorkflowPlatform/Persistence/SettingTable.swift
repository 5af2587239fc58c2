import WorkflowStore

/// The settings that the platform makes for itself.
enum SettingTable {
    private static let insertion = SQLStatement(
        "INSERT INTO platform_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
    private static let selection = SQLStatement("SELECT value FROM platform_settings WHERE name = ?")

    /// The value of a setting, which becomes `value` when there is none.
    static func value(_ name: String, orElse value: String, _ connection: any SQLConnection) throws -> String {
        try connection.execute(insertion, [.text(name), .text(value)])
        return try connection.first(selection, [.text(name)]) { $0.text() } ?? value
    }

    /// Makes a setting that there is none of yet.
    ///
    /// - Returns: Whether there was none.
    static func claim(_ name: String, _ value: String, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(insertion, [.text(name), .text(value)]) == 1
    }
}
