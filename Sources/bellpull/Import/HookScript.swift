import Foundation
import Configuration
import Text

/// The command that a hook ran, and what it did besides git.
struct HookScript {
    /// The path of the command.
    let path: String
    /// The lines that Bellpull does not do itself; empty if the file cannot be read or is no script.
    let lines: [String]
    /// The folders that the script changes to, or gives to git.
    let folders: [String]
    /// Whether the file is a script that could be read.
    let isReadable: Bool

    private static let limit = 64 << 10

    init(_ path: String, in folder: String?) {
        self.path = path
        let whole = path.hasPrefix("/") ? path : "\(folder ?? ".")/\(path)"
        guard !path.isEmpty,
            let text = try? NamedFile.text(at: whole, limit: Self.limit, command: ShellCommand(whole)),
            text.hasPrefix("#!") || whole.hasSuffix(".sh")
        else {
            (lines, folders, isReadable) = ([], [], false)
            return
        }
        let all = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        folders = all.flatMap(Self.folders)
        lines = all.filter { !Self.isDone($0) }
        isReadable = true
    }

    /// Returns the folders of a line. A path that only the shell can complete, such as `/srv/$1`, is none.
    private static func folders(in line: String) -> [String] {
        line.matches(of: #/(?:\bcd|\bgit -C)\s+["']?(/[^\s"';&|]+)/#).map { String($0.1) }
            .filter { path in !path.contains { "$`*?[]{}\\()<>".contains($0) } }
    }

    /// Whether Bellpull does the same itself, or the line does nothing.
    private static func isDone(_ line: String) -> Bool {
        guard !line.isEmpty, !line.hasPrefix("#") else { return true }
        let parts = line.split(separator: "&&").map { $0.trimmingCharacters(in: .whitespaces) }
        return parts.allSatisfy { part in
            ["set -", "cd ", "exit 0"].contains(where: part.hasPrefix)
                || part.contains(#/^git (-C \S+ )?(pull|fetch|reset|checkout|switch|clean|merge|submodule)\b/#)
        }
    }
}
