import Configuration
import Foundation
import Git
import Text

/// The way from the settings of a hook to the settings of a site.
extension ImportedHook {
    /// The headers of signatures and tokens that Bellpull's forges send.
    private static let knownHeaders: Set<String> = [
        "x-hub-signature", "x-hub-signature-256", "x-gitea-signature", "x-forgejo-signature", "x-gogs-signature",
        "x-gitlab-token",
    ]
    /// What a step is told in place of a value of the payload.
    private static let variables = [
        "ref": "BELLPULL_BRANCH or BELLPULL_TAG", "after": "BELLPULL_COMMIT", "head_commit.id": "BELLPULL_COMMIT",
        "checkout_sha": "BELLPULL_COMMIT", "before": "BELLPULL_PREVIOUS_COMMIT",
        "repository.full_name": "BELLPULL_REPOSITORY", "project.path_with_namespace": "BELLPULL_REPOSITORY",
    ]

    mutating func takeSecret(_ rule: HookRule, _ actions: [String: String]) {
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

    mutating func lines(_ rule: HookRule, _ path: String?, _ script: HookScript) -> String {
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
                "\(path.escapedForDisplay) is no clone here: after --write, \(ServiceUnit.current.command) add REPOSITORY --name \(site) makes one"
            )
            return
        }
        left.append("the owner of the clone: chown -R \(ServiceUser.current.name): \(path.quotedForShell)")
    }

    /// Says what the script did besides git, and what it was told.
    mutating func readScript(_ script: HookScript, _ hook: HookValue) {
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
}
