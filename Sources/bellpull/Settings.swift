import Webhook

/// What `bellpull serve` was told, by options and environment, checked.
struct Settings {
    let secret: Secret
    let path: String
    let answerWithin: Duration
    let timeout: Duration
    let drain: Duration
    let bodyLimit: Int
    let acceptsSHA1: Bool

    init(_ options: ServeOptions, environment: [String: String]) throws(Problem) {
        secret = try Self.secret(environment["GITHUB_SECRET"])
        guard let path = environment["REPO_PATH"], !path.isEmpty else {
            throw Problem(
                .configuration, "REPO_PATH is not set", hint: "REPO_PATH=/srv/blog, the clone to keep up to date")
        }
        self.path = path
        let source = SettingSource(environment: environment)
        answerWithin = try source.duration("answer-within", options.answerWithin, default: .seconds(4))
        timeout = try source.duration("timeout", options.timeout, default: .seconds(300))
        drain = try source.duration("drain", options.drain, default: .seconds(10))
        bodyLimit = try source.size("body-limit", options.bodyLimit, default: 25 << 20)
        let refusesSHA1 = try source.flag("no-sha1")
        acceptsSHA1 = !options.refusesSHA1 && !refusesSHA1
    }

    private static func secret(_ text: String?) throws(Problem) -> Secret {
        let hint = "openssl rand -hex 20 makes one; give the same to the forge's webhook form"
        guard let text else { throw Problem(.configuration, "GITHUB_SECRET is not set", hint: hint) }
        do throws(Secret.Weakness) {
            return try Secret(text)
        } catch {
            switch error {
            case .empty: throw Problem(.configuration, "GITHUB_SECRET is empty", hint: hint)
            case .tooShort: throw Problem(.configuration, "GITHUB_SECRET is a single byte", hint: hint)
            case .notBase64:
                throw Problem(
                    .configuration, "GITHUB_SECRET begins like a signing token and is none",
                    hint: "copy all of it, whsec_ and what follows")
            }
        }
    }
}
