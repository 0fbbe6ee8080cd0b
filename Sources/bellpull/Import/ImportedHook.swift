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
    /// The content of the site's file; `nil` if the hook could not be taken over.
    var text: String?
    /// Why the hook could not be taken over.
    var problem: String?
    /// The file of the secret.
    let secretFile: String
    /// What was taken over.
    var taken: [String] = []
    /// What was not taken over, and what to do.
    var left: [String] = []

    /// The secret of the hook; `nil` if a new one must be made. Never shown.
    var secret: String?

    private enum CodingKeys: String, CodingKey { case id, site, file, text, problem, secretFile, taken, left }

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
    /// - Parameter folder: the folder of Bellpull's configuration.
    init(_ hook: HookValue, folder: String) {
        id = hook["id"]?.shown ?? ""
        // A hook may be at a path of several parts, such as deploy/blog.
        site = SiteName(ofCloneAt: "/\(id.replacing("/", with: "-"))").text
        file = "\(folder)/sites/\(site).toml"
        secretFile = "\(folder)/\(site).secret"
        guard hook["id"]?.template == nil, !id.isEmpty else {
            refuse(id.isEmpty ? "the hook has no id" : "its id is a template, which only webhook evaluates")
            return
        }
        let rule = HookRule(hook["trigger-rule"])
        let directory = Self.nonempty(hook["command-working-directory"]?.text)
        let script = HookScript(Self.nonempty(hook["execute-command"]?.text) ?? "", in: directory)
        let path = Self.path(directory, script)
        guard
            rule.secret != nil || rule.secretTemplate != nil || rule.repository != nil || !rule.refs.isEmpty
                || Self.remote(path) != nil
        else {
            refuse("nothing in the hook says that it deploys a repository: it runs \(Self.command(hook))")
            return
        }
        if let path, let reason = SystemFolder.reason(against: ResolvedPath(path)) {
            refuse(
                "\(path) \(reason), and a site needs a folder for itself alone",
                hint: "\(ServiceUnit.current.command) add OWNER/NAME --name \(site)  # makes the site in /srv/\(site)")
            return
        }
        takeSecret(rule)
        let lines = lines(rule, path, script)
        readScript(script, hook)
        left += rule.remarks
        leaveTemplates(hook)
        for (key, reason) in Self.useless.sorted(by: { $0.key < $1.key }) where hook[key] != nil {
            left.append("\(key): \(reason)")
        }
        left.append("the address: the forge's form must name …/github/\(site), in place of …/hooks/\(id)")
        text = lines
    }

    /// Takes the site back, because `bellpull check` would refuse the site, or because there is none.
    mutating func refuse(_ reason: String, hint: String? = nil) {
        (text, secret, taken) = (nil, nil, [])
        problem = reason.remedyEscapedForDisplay
        left = hint.map { [$0] } ?? []
    }

    /// Names the templates in keys that become settings. `HookRule` names those of the rule.
    private mutating func leaveTemplates(_ hook: HookValue) {
        for key in ["command-working-directory", "execute-command"] {
            guard let template = hook[key]?.template else { continue }
            left.append(
                "\(key): \(template.escapedForDisplay) is a template, which only webhook evaluates: write what it stands for into \(file)"
            )
        }
    }

    private static func nonempty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func command(_ hook: HookValue) -> String { hook["execute-command"]?.shown ?? "nothing" }

    /// Returns the folder of the site: where the hook ran its command; or, if that is no clone, where its script goes.
    private static func path(_ directory: String?, _ script: HookScript) -> String? {
        let candidates = ([directory] + script.folders).compactMap(\.self).filter { $0.hasPrefix("/") }
        return candidates.first { access("\($0)/.git", F_OK) == 0 } ?? script.folders.first ?? candidates.first
    }

    /// Returns the URL of the remote of the clone at `path`, as its configuration tells.
    static func remote(_ path: String?) -> String? {
        guard let path,
            let text = try? NamedFile.text(at: "\(path)/.git/config", limit: 1 << 20, command: ShellCommand("git"))
        else { return nil }
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
        let title = "\(id.escapedForDisplay): \(problem.map { "could not be taken over: \($0)" } ?? file)"
        let body = (text ?? "").split(separator: "\n").map { "  \($0)" }
        let remarks = taken.map { "  taken: \($0)" } + left.map { "  left:  \($0)" }
        return [terminal.styled(title.remedyEscapedForDisplay, .bold)] + body + remarks.map(\.remedyEscapedForDisplay)
            + [""]
    }
}
