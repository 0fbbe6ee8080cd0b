import Text

/// Commands that change a unit in a drop-in of the administrator (systemd.unit(5)).
enum DropIn {
    /// Makes systemd and the service use changed files.
    static let restart = "systemctl daemon-reload && systemctl restart bellpull"

    /// Returns the command that adds `lines` to the drop-in `name` of `unit`, and then runs `next`. Keeps the lines that are
    /// in the drop-in already.
    static func command(_ lines: [String], to unit: String, named name: String, then next: String) -> String {
        let folder = "/etc/systemd/system/\(unit).d"
        let words = lines.map(\.quotedForShell).joined(separator: " ")
        return "mkdir -p \(folder) && printf '%s\\n' \(words) >> \(folder)/\(name).conf && \(next)"
    }

    /// Returns `path` as one word of a unit file: systemd expands percent signs, and splits values at blanks.
    static func word(_ path: String) -> String {
        let escaped = path.replacing("%", with: "%%")
        guard path.contains(where: { " \t'\"\\".contains($0) }) else { return escaped }
        return "\"\(escaped.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
