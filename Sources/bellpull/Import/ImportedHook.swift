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
    private(set) var text: String?
    /// The file of the secret.
    let secretFile: String
    /// What was taken over.
    private(set) var taken: [String] = []
    /// What was not taken over, and what to do.
    private(set) var left: [String] = []

    /// The secret of the hook; `nil` if a new one must be made. Never shown.
    private(set) var secret: String?

    private enum CodingKeys: String, CodingKey { case id, site, file, text, secretFile, taken, left }

    /// The headers of signatures and tokens that Bellpull's forges send.
    private static let knownHeaders: Set<String> = [
        "x-hub-signature", "x-hub-signature-256", "x-gitea-signature", "x-forgejo-signature", "x-gogs-signature",
        "x-gitlab-token",
    ]
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
    /// What a step is told in place of a value of the payload.
    private static let variables = [
        "ref": "BELLPULL_BRANCH or BELLPULL_TAG", "after": "BELLPULL_COMMIT", "head_commit.id": "BELLPULL_COMMIT",
        "checkout_sha": "BELLPULL_COMMIT", "before": "BELLPULL_PREVIOUS_COMMIT",
        "repository.full_name": "BELLPULL_REPOSITORY", "project.path_with_namespace": "BELLPULL_REPOSITORY",
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
    private static func remote(_ path: String?) -> String? {
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

    private mutating func takeSecret(_ rule: HookRule, _ actions: [String: String]) {
        guard let text = rule.secret, !text.isEmpty else {
            left.append(
                "the hook checks no signature; Bellpull accepts only signed deliveries: enter the secret in \(secretFile) at the forge"
            )
            return
        }
        if let action = actions.first(where: { text.contains($0.key) })?.value {
            left.append(
                "the secret is the template \(action.escapedForDisplay): write the secret itself into \(secretFile)")
            return
        }
        guard !text.contains(where: \.isNewline) else {
            left.append("the secret has several lines: enter the one in \(secretFile) at the forge")
            return
        }
        secret = text
        taken.append("the secret, which --write puts into \(secretFile)")
        let header = rule.secretHeader ?? ""
        if !Self.knownHeaders.contains(header.lowercased()) {
            left.append(
                "the header \(header.escapedForDisplay): no forge that Bellpull knows sends it, and Bellpull rejects the deliveries of others"
            )
        }
        if rule.algorithm == "sha512" {
            left.append("HMAC-SHA512: Bellpull checks the SHA-256 that forges send; the secret is the same")
        }
    }

    private mutating func lines(_ rule: HookRule, _ path: String?, _ script: HookScript) -> String {
        var comments = ["From webhook's hook \(id)."]
        if !script.path.isEmpty { comments.append("The hook ran \(script.path)") }
        var lines = SettingLines(comments)
        let repository =
            rule.repository
            ?? Self.remote(path).flatMap { RepositoryName(url: $0) }.flatMap { $0.hasOwner ? "\($0)" : nil }
        lines.add("repository", repository)
        if let repository {
            taken.append(
                "the repository \(repository.escapedForDisplay)\(rule.repository == nil ? ", from the clone's remote" : "")"
            )
        } else {
            left.append("the repository: the rule names none, so the clone's remote tells it")
        }
        takeRef(rule, &lines)
        lines.add("path", path ?? "/srv/\(site)")
        if let path {
            taken.append("the folder \(path.escapedForDisplay)")
        } else {
            left.append("the folder: the hook has no command-working-directory, so the file says /srv/\(site)")
        }
        takeFolder(path)
        lines.add("secret_file", secretFile)
        return lines.text
    }

    private mutating func takeRef(_ rule: HookRule, _ lines: inout SettingLines) {
        guard let ref = rule.refs.first else {
            left.append("the branch: the rule names none, so the site follows the branch that is checked out")
            return
        }
        let isTag = ref.hasPrefix("refs/tags/")
        let name = isTag ? String(ref.dropFirst(10)) : ref.hasPrefix("refs/heads/") ? String(ref.dropFirst(11)) : ref
        guard (isTag ? RefPattern(tag: name) : RefPattern(branch: name)) != nil else {
            left.append("the ref \(ref.escapedForDisplay), which is no name of a branch or a tag")
            return
        }
        lines.add(isTag ? "tag" : "branch", name)
        taken.append("the \(isTag ? "tag" : "branch") \(name)")
        let others = Set(rule.refs.dropFirst()).subtracting([ref]).sorted()
        if !others.isEmpty {
            left.append(
                "\(others.joined(separator: ", ").escapedForDisplay): a site follows one branch or one pattern, so add a site with a folder of its own for each"
            )
        }
    }

    private mutating func takeFolder(_ path: String?) {
        guard let path else { return }
        guard access("\(path)/.git", F_OK) == 0 else {
            left.append(
                "\(path.escapedForDisplay) is no clone here: after --write, bellpull add REPOSITORY --name \(site) makes one"
            )
            return
        }
        left.append("the owner of the clone: chown -R \(ServiceUser.current.name): \(path.quotedForShell)")
    }

    /// Says what the script did besides git, and what it was told.
    private mutating func readScript(_ script: HookScript, _ hook: HookValue) {
        guard !script.path.isEmpty else { return }
        if !script.lines.isEmpty {
            let shown = script.lines.prefix(8).map(\.escapedForDisplay).joined(separator: "; ")
            let more = script.lines.count > 8 ? "; and \(script.lines.count - 8) more lines" : ""
            left.append(
                "the script \(script.path.escapedForDisplay) also ran: \(shown)\(more). Put it into after, or, with strategy = \"release\", into build"
            )
        } else if !script.isReadable {
            left.append(
                "the command \(script.path.escapedForDisplay): if it does more than git pull, put that into after, or, with strategy = \"release\", into build"
            )
        }
        for key in ["pass-arguments-to-command", "pass-environment-to-command"] {
            for value in hook[key]?.list ?? [] {
                let name = value["name"]?.text ?? value["source"]?.text ?? "?"
                let instead =
                    value["source"]?.text == "string"
                    ? "write it into the command"
                    : Self.variables[name].map { "a step has \($0)" } ?? "a step is not told of it"
                left.append("\(key), \(name.escapedForDisplay): \(instead)")
            }
        }
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
