/// A key of a configuration file.
struct Key: Hashable, Sendable {
    /// What its value is.
    enum Kind: String {
        case text = "a text"
        case number = "a whole number"
        case flag = "true or false"
        case tables = "a list"
    }

    let name: String
    let kind: Kind
    /// A value as it would be written, for hints.
    let example: String

    private init(_ name: String, _ kind: Kind, _ example: String) {
        self.name = name
        self.kind = kind
        self.example = example
    }

    /// The key with its example, as a line of a file.
    var line: String { self == .site ? example : "\(name) = \(example)" }
}

extension Key {
    // Of the main file and of a site.
    static let timeout = Key("timeout", .text, #""5m""#)
    static let catchUp = Key("catch_up", .text, #""15m""#)
    static let secretFile = Key("secret_file", .text, #""/etc/bellpull/secret""#)
    static let secretVariable = Key("secret_variable", .text, #""BLOG_SECRET""#)

    // Of the main file.
    static let answerWithin = Key("answer_within", .text, #""4s""#)
    static let drain = Key("drain", .text, #""10s""#)
    static let bodyLimit = Key("body_limit", .text, #""25MiB""#)
    static let acceptSHA1 = Key("accept_sha1", .flag, "true")
    static let parallelDeployments = Key("parallel_deployments", .number, "4")
    static let waitingReplies = Key("waiting_replies", .number, "256")
    static let historyAge = Key("history_age", .text, #""90d""#)
    static let historyCount = Key("history_count", .number, "100000")
    static let site = Key("site", .tables, "[[site]]")

    // Of a site.
    static let name = Key("name", .text, #""blog""#)
    static let repository = Key("repository", .text, #""alice/blog""#)
    static let branch = Key("branch", .text, #""main""#)
    static let tag = Key("tag", .text, #""v*""#)
    static let path = Key("path", .text, #""/srv/blog""#)
    static let forge = Key("forge", .text, #""gitea""#)
    static let strategy = Key("strategy", .text, #""mirror""#)

    /// What the main file may hold.
    static let ofMainFile = [
        secretFile, secretVariable, answerWithin, timeout, drain, bodyLimit, acceptSHA1, parallelDeployments,
        waitingReplies, historyAge, historyCount, catchUp, site,
    ]
    /// What a site's own file may hold.
    static let ofSiteFile = [
        repository, branch, tag, path, forge, strategy, timeout, catchUp, secretFile, secretVariable,
    ]
    /// What a `[[site]]` table of the main file may hold.
    static let ofSiteTable = [name] + ofSiteFile
}
