import Foundation

/// The properties of a unit that are in force, as `systemctl show` prints them (systemctl(1)).
struct UnitState: Equatable {
    /// The name of the unit, such as `bellpull.service`.
    let name: String
    private let properties: [String: String]

    /// The properties to ask for.
    static let asked = [
        "Id", "LoadState", "ActiveState", "SubState", "Result", "ExecMainStatus", "MainPID", "NeedDaemonReload",
        "UnitFileState", "User", "ProtectSystem", "ProtectHome", "ReadWritePaths", "TimeoutStopUSec",
    ]

    /// Parses the output of `systemctl show`: lines `NAME=value`, and an empty line between two units. systemctl prints
    /// only the properties that a unit has.
    static func parse(_ output: String) -> [UnitState] {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.split(separator: "").compactMap { lines in
            let pairs = lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
            let properties = Dictionary(pairs) { _, last in last }
            return properties["Id"].map { UnitState(name: $0, properties: properties) }
        }
    }

    /// Returns the property `name`; `nil` if the unit does not have the property, or if the property is empty.
    func value(_ name: String) -> String? { properties[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Returns the words of the property `name`.
    func words(_ name: String) -> [String] { (value(name) ?? "").split(separator: " ").map(String.init) }

    /// Whether systemd knows a file of the unit, readable or not.
    var exists: Bool { value("LoadState") != "not-found" }

    /// Whether the unit runs, or listens.
    var isActive: Bool { ["active", "reloading"].contains(value("ActiveState")) }

    /// Whether the unit is starting or stopping. A unit that waits for its next start after a failure is settled.
    var isUnsettled: Bool {
        ["activating", "deactivating"].contains(value("ActiveState"))
            && value("SubState")?.hasPrefix("auto-restart") != true
    }

    /// The main process of the service, if the service runs.
    var process: pid_t? { value("MainPID").flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil } }

    /// Whether a file of the unit has changed since systemd read it.
    var needsReload: Bool { value("NeedDaemonReload") == "yes" }
}
