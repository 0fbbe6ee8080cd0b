/// Commands that change a unit in a drop-in of the administrator (systemd.unit(5)).
public enum DropIn {
    /// The command that makes systemd and the service use changed files.
    public static let restart = "systemctl daemon-reload && systemctl restart \(ServiceUnit.current)"

    /// The command that lets the service open more files.
    public static let moreFiles = command(
        ["[Service]", "LimitNOFILE=65536"], to: ServiceUnit.current.service, named: "files", then: restart)

    /// Returns the command that adds `lines` to the drop-in `name` of `unit`, and then runs `next`. Keeps the lines that are
    /// in the drop-in already.
    public static func command(_ lines: [String], to unit: String, named name: String, then next: String) -> String {
        let folder = "/etc/systemd/system/\(unit).d"
        let words = lines.map(\.quotedForShell).joined(separator: " ")
        return "mkdir -p \(folder) && printf '%s\\n' \(words) >> \(folder)/\(name).conf && \(next)"
    }

    /// Returns `path` as one word of a unit file: systemd expands percent signs, and splits values at blanks.
    public static func word(_ path: String) -> String {
        let escaped = path.replacing("%", with: "%%")
        guard path.contains(where: { " \t'\"\\".contains($0) }) else { return escaped }
        return "\"\(escaped.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
