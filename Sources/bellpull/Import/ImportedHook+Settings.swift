import Configuration
import Foundation
import Git
import Text
import Webhook

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

    mutating func takeSecret(_ rule: HookRule) {
        if rule.secret == nil, let template = rule.secretTemplate {
            left.append(
                "the secret is the template \(template.escapedForDisplay): write the secret itself into \(secretFile)")
            return
        }
        guard let text = rule.secret, !text.isEmpty else {
            left.append(
                "the hook checks no signature; Bellpull accepts only signed deliveries: enter the secret in \(secretFile) at the forge"
            )
            return
        }
        if let fault = Self.fault(ofSecret: text) {
            left.append("the secret \(fault): enter the one in \(secretFile) at the forge")
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

    /// Returns why `text` cannot be the first line of a secret's file; `nil` if it can.
    private static func fault(ofSecret text: String) -> String? {
        if text.contains(where: \.isNewline) { return "has several lines" }
        let isOdd = text.unicodeScalars.contains { $0.properties.generalCategory == .control || $0 == "\u{feff}" }
        if isOdd { return "has control characters" }
        // A secret's file has at most 4 KiB.
        if text.utf8.count > 2048 { return "is longer than 2 KiB" }
        do {
            _ = try Secret(text)
            return nil
        } catch {
            return switch error {
            case .empty: "is blank"
            case .tooShort: "has only 1 byte"
            case .notBase64: "starts with whsec_ like a signing token, but the rest is not base64"
            }
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
        takeFolder(path ?? "/srv/\(site)", repository)
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

    /// Says what is missing in the folder of the site, with remedies for root. `repository` is the name in the site's file.
    private mutating func takeFolder(_ path: String, _ repository: String?) {
        let shown = path.escapedForDisplay
        if let folder = NamedFile.closedFolder(above: "\(path)/.git") {
            left.append(
                "\(shown) was not looked at: \(NSUserName()) may not enter the folder \(folder.escapedForDisplay). Run as root: \(Self.rootCommand)"
            )
            return
        }
        if let folder = ClosedFolder.first(onTheWayTo: path, for: .current) {
            left.append(
                "\(folder.escapedForDisplay) lets \(ServiceUser.current.name) not enter: \(ShellCommand("chmod", "o+x", folder))"
            )
        }
        guard access("\(path)/.git", F_OK) != 0 else {
            left.append("the owner of the clone: \(ShellCommand.giveToService(path))")
            return
        }
        let add = "\(ServiceUnit.current.command) add \(repository == nil ? "OWNER/NAME" : "URL") --name \(site)"
        // `add` compares the repository with the one of the site.
        let first =
            repository == nil
            ? "\(ShellCommand("sed", "-i", "1i repository = \"OWNER/NAME\"", file)) && " : ""
        let words = repository == nil ? "with the repository's name" : "with the URL of \(repository ?? "")"
        left.append("\(shown) is no clone here. After --write, \(words), this makes one: \(first)\(add)")
    }

    private static var rootCommand: ShellCommand {
        ShellCommand(words: ["sudo", "bellpull"] + CommandLine.arguments.dropFirst())
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
                let name = value["name"]?.shown ?? value["source"]?.shown ?? "?"
                let instead =
                    value["source"]?.text == "string"
                    ? "write it into the command"
                    : Self.variables[name].map { "a step has \($0)" } ?? "a step is not told of it"
                left.append("\(key), \(name.escapedForDisplay): \(instead)")
            }
        }
    }
}
