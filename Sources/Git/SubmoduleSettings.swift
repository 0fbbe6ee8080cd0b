internal import Foundation
internal import Processes

/// The settings of a repository that a connection to another repository may need, as a configuration file of git.
struct SubmoduleSettings {
    private static let prefixes = ["credential.", "http.", "ssh.", "url."]

    let lines: Data

    /// Reads the settings of the repository of `git`.
    init(of git: Git, _ limits: Limits) throws(GitError) {
        let listed = try git.outputBytes(of: ["config", "--local", "--list", "-z"], limits)
        var text = ""
        for entry in listed.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: parts[0], as: UTF8.self)
            guard parts.count == 2, Self.prefixes.contains(where: name.hasPrefix) else { continue }
            text += Self.line(name, String(decoding: parts[1], as: UTF8.self))
        }
        lines = Data(text.utf8)
    }

    /// Returns the lines that set `name` to `value` (git-config(1), "Syntax").
    private static func line(_ name: String, _ value: String) -> String {
        guard let first = name.firstIndex(of: "."), let last = name.lastIndex(of: ".") else { return "" }
        let section = name[..<first]
        let part = first == last ? "" : " \"\(escape(name[name.index(after: first)..<last]))\""
        let value = escape(value[...]).replacing("\n", with: "\\n").replacing("\t", with: "\\t")
        return "[\(section)\(part)]\n\t\(name[name.index(after: last)...]) = \"\(value)\"\n"
    }

    private static func escape(_ text: Substring) -> String {
        String(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
