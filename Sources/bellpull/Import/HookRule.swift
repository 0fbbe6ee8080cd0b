import Foundation
import Text

/// What the trigger rule of a hook demands, as far as Bellpull has a word for it (webhook's docs/Hook-Rules.md).
struct HookRule: Equatable {
    /// The secret of a signature, or of a token in a header.
    var secret: String?
    /// The template that stands for the secret.
    var secretTemplate: String?
    /// The header with the signature or the token.
    var secretHeader: String?
    /// The algorithm, such as `sha256`; `nil` for a token.
    var algorithm: String?
    /// The names of the branches and tags, with `refs/heads/` or `refs/tags/`.
    var refs: [String] = []
    /// The name of the repository, such as `alice/blog`.
    var repository: String?
    /// What could not be taken over.
    var remarks: [String] = []

    /// Reads a rule; `nil` for a hook without a rule.
    init(_ rule: HookValue?) {
        guard let rule, rule != .null else { return }
        read(rule)
    }

    private mutating func read(_ rule: HookValue) {
        guard let object = rule.object else { return remarks.append("a rule that is no object") }
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "and": value.list.forEach { read($0) }
            case "or": readAlternatives(value.list)
            case "not":
                remarks.append(
                    "the rule \"not\": \(Self.describe(value)). Bellpull deploys what the site follows; paths and skip choose further"
                )
            case "match": read(match: value)
            default: remarks.append("the rule \(key.escapedForDisplay)")
            }
        }
    }

    /// Reads the alternatives of an `or`. Several refs are alternatives; a ping or another event beside them needs no rule.
    private mutating func readAlternatives(_ rules: [HookValue]) {
        let parts = rules.map { HookRule($0) }
        let secrets = parts.compactMap(\.secret)
        if secret == nil, let first = parts.first(where: { $0.secret != nil }) {
            (secret, secretHeader, algorithm) = (first.secret, first.secretHeader, first.algorithm)
        }
        secretTemplate = secretTemplate ?? parts.lazy.compactMap(\.secretTemplate).first
        if Set(secrets).count > 1 {
            remarks.append(
                "the hook accepts \(Set(secrets).count) secrets; the first is taken, and a site may have two: write the other into line 2 of the secret's file"
            )
        }
        refs += parts.flatMap(\.refs)
        let names = parts.compactMap(\.repository)
        repository = repository ?? names.first
        if Set(names).count > 1 {
            let list = Set(names).sorted().map(\.escapedForDisplay).joined(separator: ", ")
            remarks.append("the hook accepts the repositories \(list); a site has one, so add a site for each other")
        }
        remarks += parts.flatMap(\.remarks)
    }

    private static let eventHeaders: Set<String> = [
        "x-github-event", "x-gitea-event", "x-gogs-event", "x-forgejo-event", "x-gitlab-event", "x-event-key",
        "content-type",
        "user-agent",
    ]
    private static let repositoryNames: Set<String> = ["repository.full_name", "project.path_with_namespace"]

    private mutating func read(match: HookValue) {
        let type = match["type"]?.text ?? ""
        let source = match["parameter"]?["source"]?.text ?? ""
        let name = match["parameter"]?["name"]?.text ?? ""
        let isToken = source == "header" && name.lowercased() == "x-gitlab-token"
        let secretKey = isToken && type == "value" ? "value" : "secret"
        if case .template(let template)? = match[secretKey] { secretTemplate = template }
        // The other words of the condition. A template in one of them may demand anything.
        guard HookValue.object((match.object ?? [:]).filter { $0.key != secretKey }).template == nil else {
            return remarks.append(
                "the condition \(Self.describe(match)), a template that only webhook evaluates: write what it demands into the site's file"
            )
        }
        switch type {
        case _ where type.hasPrefix("payload-hmac-") || type.hasPrefix("payload-hash-"):
            secret = match["secret"]?.text
            secretHeader = name
            algorithm = String(type.dropFirst("payload-hmac-".count))
        case "value" where isToken:
            (secret, secretHeader) = (match["value"]?.text, name)
        case "value" where source == "header" && Self.eventHeaders.contains(name.lowercased()): break
        case "regex" where source == "header" && Self.eventHeaders.contains(name.lowercased()): break
        case "value" where source == "payload" && name == "ref":
            if let value = match["value"]?.text { refs.append(value) }
        case "regex" where source == "payload" && name == "ref": readPattern(match["regex"]?.text ?? "")
        case "value" where source == "payload" && Self.repositoryNames.contains(name): repository = match["value"]?.text
        case "value" where source == "payload" && name == "push.changes.0.new.name":
            if let value = match["value"]?.text { refs.append("refs/heads/\(value)") }
        case "ip-whitelist":
            remarks.append(
                "the addresses \((match["ip-range"]?.shown ?? "").escapedForDisplay): write allow and deny into nginx's "
                    + "location of the hook")
        case "scalr-signature": remarks.append("the signature of Scalr, which Bellpull does not know")
        default: remarks.append("the condition \(Self.describe(match))")
        }
    }

    /// Takes over a regular expression that stands for one ref or for a pattern with stars.
    private mutating func readPattern(_ regex: String) {
        var text = regex
        if text.hasPrefix("^") { text.removeFirst() }
        if text.hasSuffix("$") { text.removeLast() }
        for (old, new) in [
            ("[^/]+", "*"), ("[^/]*", "*"), (".*", "*"), (".+", "*"), ("\\.", "."), ("\\/", "/"), ("\\-", "-"),
        ] {
            text = text.replacing(old, with: new)
        }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "*"):
                true
            default: false
            }
        }
        guard isPlain, text.hasPrefix("refs/heads/") || text.hasPrefix("refs/tags/") else {
            return remarks.append(
                "the regular expression \(regex.escapedForDisplay) for the ref: write branch or tag yourself")
        }
        refs.append(text)
    }

    /// Returns the words of a condition, without secrets.
    private static func describe(_ value: HookValue) -> String {
        let match = value["match"] ?? value
        guard let type = match["type"]?.shown else { return "of several parts" }
        let source = match["parameter"]?["source"]?.shown ?? "?"
        let name = match["parameter"]?["name"]?.shown ?? "?"
        // A value in a header or in the URL may be a token.
        let wanted = source == "payload" ? match["value"]?.shown ?? match["regex"]?.shown : nil
        return "\(type) of \(source) \(name)\(wanted.map { " = \($0)" } ?? "")".escapedForDisplay
    }
}
