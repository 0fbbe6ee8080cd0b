/// A key of a configuration file.
struct Key: Hashable, Sendable {
    /// The type of a value, as written in messages.
    enum Kind: String {
        case text = "a string"
        case number = "an integer"
        case flag = "true or false"
        case tables = "an array of tables"
        case texts = "an array of strings"
        case flagOrTexts = "true, false or an array of strings"
    }

    let name: String
    let kind: Kind
    /// A value for hints, as written in a file.
    let example: String

    private init(_ name: String, _ kind: Kind, _ example: String) {
        self.name = name
        self.kind = kind
        self.example = example
    }

    /// The key and its example, as a line of a file.
    var line: String { self == .site ? example : "\(name) = \(example)" }
}

extension Key {
    // Keys of the main file and of a site.
    static let timeout = Key("timeout", .text, #""5m""#)
    static let catchUp = Key("catch_up", .text, #""15m""#)
    static let secretFile = Key("secret_file", .text, #""/etc/bellpull/secret""#)
    static let secretVariable = Key("secret_variable", .text, #""BLOG_SECRET""#)

    // Keys of the main file.
    static let answerWithin = Key("answer_within", .text, #""4s""#)
    static let drain = Key("drain", .text, #""10s""#)
    static let bodyLimit = Key("body_limit", .text, #""25MiB""#)
    static let acceptSHA1 = Key("accept_sha1", .flag, "true")
    static let parallelDeployments = Key("parallel_deployments", .number, "4")
    static let waitingReplies = Key("waiting_replies", .number, "256")
    static let historyAge = Key("history_age", .text, #""90d""#)
    static let historyCount = Key("history_count", .number, "100000")
    static let site = Key("site", .tables, "[[site]]")

    // Keys of a site.
    static let name = Key("name", .text, #""blog""#)
    static let repository = Key("repository", .text, #""alice/blog""#)
    static let branch = Key("branch", .text, #""main""#)
    static let tag = Key("tag", .text, #""v*""#)
    static let path = Key("path", .text, #""/srv/blog""#)
    static let forge = Key("forge", .text, #""gitea""#)
    static let strategy = Key("strategy", .text, #""mirror""#)
    static let localEdits = Key("local_edits", .text, #""save""#)
    static let remote = Key("remote", .text, #""git@github.com:alice/blog.git""#)
    static let shared = Key("shared", .texts, #"["uploads", ".env"]"#)
    static let keep = Key("keep", .number, "5")
    static let submodules = Key("submodules", .flagOrTexts, "true")
    static let lfs = Key("lfs", .flag, "true")
    static let paths = Key("paths", .texts, #"["site/**"]"#)
    static let skip = Key("skip", .text, #""[skip deploy]""#)
    static let url = Key("url", .text, #""https://blog.example.com/""#)

    // Keys of the steps of a site.
    static let build = Key("build", .text, #""make html""#)
    static let test = Key("test", .text, #""test -s index.html""#)
    static let health = Key("health", .text, #""https://blog.example.com/""#)
    static let after = Key("after", .text, #""curl -fsS -X POST https://ci.example.com/hooks/blog""#)
    static let buildTimeout = Key("build_timeout", .text, #""10m""#)
    static let testTimeout = Key("test_timeout", .text, #""5m""#)
    static let healthTimeout = Key("health_timeout", .text, #""30s""#)
    static let afterTimeout = Key("after_timeout", .text, #""5m""#)
    static let healthStatus = Key("health_status", .number, "200")
    static let healthText = Key("health_text", .text, #""Welcome""#)
    static let healthRetries = Key("health_retries", .number, "5")
    static let onNewer = Key("on_newer", .text, #""cancel""#)
    static let environmentFile = Key("environment_file", .text, #""/etc/bellpull/blog.env""#)
    static let allowRead = Key("allow_read", .texts, #"["/srv/fonts"]"#)
    static let allowWrite = Key("allow_write", .texts, #"["/srv/search-index"]"#)
    static let unfenced = Key("unfenced", .texts, #"["after"]"#)

    // Keys of the notices. The first five are keys of the main file too.
    static let notify = Key("notify", .texts, #"["/usr/local/bin/tell"]"#)
    static let notifyOn = Key("notify_on", .texts, #"["failed", "recovered"]"#)
    static let notifyRead = Key("notify_read", .texts, #"["/etc/msmtprc"]"#)
    static let notifyURL = Key("notify_url", .text, #""https://example.com/hooks/bellpull""#)
    static let notifySecretFile = Key("notify_secret_file", .text, #""/etc/bellpull/notify.secret""#)
    static let statusTokenFile = Key("status_token_file", .text, #""/etc/bellpull/blog.token""#)
    static let statusAPI = Key("status_api", .text, #""https://git.example.com/api/v1""#)
    static let statusURL = Key("status_url", .text, #""https://example.com/bellpull""#)

    /// The keys of the notices that are also keys of the main file.
    static let ofNotices = [notify, notifyOn, notifyRead, notifyURL, notifySecretFile]

    /// The keys of the steps.
    static let ofSteps = [
        build, test, health, after, buildTimeout, testTimeout, healthTimeout, afterTimeout, healthStatus, healthText,
        healthRetries, onNewer, environmentFile, allowRead, allowWrite, unfenced,
    ]

    /// Returns the key of the step `name`.
    static func step(_ name: String) -> Key { ofSteps.first { $0.name == name } ?? build }

    /// The keys of the main file.
    static let ofMainFile =
        [
            secretFile, secretVariable, answerWithin, timeout, drain, bodyLimit, acceptSHA1, parallelDeployments,
            waitingReplies, historyAge, historyCount, catchUp, site,
        ] + ofNotices
    /// The keys of a site's own file.
    static let ofSiteFile =
        [
            repository, branch, tag, path, forge, strategy, url, timeout, catchUp, secretFile, secretVariable,
            localEdits, remote, shared, keep, submodules, lfs, paths, skip,
        ] + ofSteps + ofNotices + [statusTokenFile, statusAPI, statusURL]
    /// The keys of a `[[site]]` table in the main file.
    static let ofSiteTable = [name] + ofSiteFile
}
