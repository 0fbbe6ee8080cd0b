import Configuration
import Foundation
import Git
import Text

/// A hook of webhook as a site of Bellpull: the file to write, and what the file cannot say.
struct ImportedHook: Encodable {
    let id: String
    /// The name of the site.
    let site: String
    /// The path of the site's file.
    let file: String
    /// The content of the site's file; `nil` if the hook is no deployment.
    var text: String?
    /// The file of the secret.
    let secretFile: String
    /// What was taken over.
    var taken: [String] = []
    /// What was not taken over, and what to do.
    var left: [String] = []

    /// The secret of the hook; `nil` if a new one must be made. Never shown.
    var secret: String?

    private enum CodingKeys: String, CodingKey { case id, site, file, text, secretFile, taken, left }

    /// Keys of a hook that Bellpull has no use for, with the reason.
    private static let useless = [
        "response-message": "Bellpull answers {}, and says the outcome in the headers of the answer",
        "response-headers": "Bellpull's answers have headers of their own",
        "include-command-output-in-response": "bellpull log shows the output, and the forge's page the outcome",
        "include-command-output-in-response-on-error": "bellpull log shows the output",
        "pass-file-to-command": "a step gets variables, and no file",
        "pre-hook-command": "a step runs only after the delivery was verified",
        "parse-parameters-as-json": "Bellpull reads the forge's payload itself",
    ]
    /// - Parameters:
    ///   - actions: the actions of the template, by their placeholders.
    ///   - folder: the folder of Bellpull's configuration.
    init(_ hook: HookValue, _ actions: [String: String], folder: String) {
        let id = hook["id"]?.text ?? ""
        self.id = id
        site = SiteName(ofCloneAt: "/\(id)").text
        file = "\(folder)/sites/\(site).toml"
        secretFile = "\(folder)/\(site).secret"
        let rule = HookRule(hook["trigger-rule"])
        let directory = Self.plain(hook["command-working-directory"]?.text, actions)
        let script = HookScript(Self.plain(hook["execute-command"]?.text, actions) ?? "", in: directory)
        let path = Self.path(directory, script)
        guard rule.secret != nil || rule.repository != nil || !rule.refs.isEmpty || Self.remote(path) != nil else {
            left = ["nothing in the hook says that it deploys a repository: it runs \(script.path.escapedForDisplay)"]
            return
        }
        takeSecret(rule, actions)
        let lines = lines(rule, path, script)
        readScript(script, hook)
        left += rule.remarks.map { "\($0)".redactingActions(actions) }
        for (key, reason) in Self.useless.sorted(by: { $0.key < $1.key }) where hook[key] != nil {
            left.append("\(key): \(reason)")
        }
        left.append(
            "the address: the forge's form must name …/github/\(site), in place of …/hooks/\(id.escapedForDisplay)")
        text = lines
    }

    /// Returns `text` unless it has a part that only webhook can evaluate.
    private static func plain(_ text: String?, _ actions: [String: String]) -> String? {
        text.flatMap { text in text.isEmpty || actions.keys.contains { text.contains($0) } ? nil : text }
    }

    /// Returns the folder of the site: where the hook ran its command; or, if that is no clone, where its script goes.
    private static func path(_ directory: String?, _ script: HookScript) -> String? {
        let candidates = ([directory] + script.folders).compactMap(\.self).filter { $0.hasPrefix("/") }
        return candidates.first { access("\($0)/.git", F_OK) == 0 } ?? script.folders.first ?? candidates.first
    }

    /// Returns the URL of the remote of the clone at `path`, as its configuration tells.
    static func remote(_ path: String?) -> String? {
        guard let path, let text = try? String(contentsOfFile: "\(path)/.git/config", encoding: .utf8) else {
            return nil
        }
        var isOrigin = false
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("[") { isOrigin = line == "[remote \"origin\"]" }
            if isOrigin, line.hasPrefix("url") {
                return line.split(separator: "=", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }

    // MARK: For people

    func lines(_ terminal: Terminal) -> [String] {
        let title = text == nil ? "\(id.escapedForDisplay): not taken over" : "\(id.escapedForDisplay): \(file)"
        let body = (text ?? "").split(separator: "\n").map { "  \($0)" }
        return [terminal.styled(title, .bold)] + body + taken.map { "  taken: \($0)" } + left.map { "  left:  \($0)" }
            + [""]
    }
}

extension String {
    /// The text with the actions of the template in place of the placeholders.
    fileprivate func redactingActions(_ actions: [String: String]) -> String {
        actions.reduce(self) { $0.replacing($1.key, with: $1.value.escapedForDisplay) }
    }
}
