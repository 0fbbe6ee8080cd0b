import Configuration
import Foundation
import Testing
import Webhook

@Suite struct `the place of secrets` {
    private static let old = "the one before it, longer"
    private let etc: Etc

    init() throws { etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#]) }

    private func slot(_ secret: String, _ environment: [String: String]) throws -> Secrets.Slot? {
        Signing.slot(of: secret, in: try etc.load(environment).secrets)
    }

    @Test func `is GITHUB_SECRET, with the previous secret in GITHUB_SECRET_OLD`() throws {
        #expect(try slot(Etc.secret, ["GITHUB_SECRET": Etc.secret]) == .current)
        #expect(try slot(Self.old, ["GITHUB_SECRET": Etc.secret]) == nil)
        let both = ["GITHUB_SECRET": Etc.secret, "GITHUB_SECRET_OLD": Self.old]
        #expect(try slot(Etc.secret, both) == .current)
        #expect(try slot(Self.old, both) == .previous)
        #expect(try slot(Etc.secret, ["GITHUB_SECRET": Etc.secret, "GITHUB_SECRET_OLD": ""]) == .current)
    }

    @Test func `is a credential of systemd rather than the environment`() throws {
        let environment = ["GITHUB_SECRET": Self.old, "CREDENTIALS_DIRECTORY": etc("credentials")]
        #expect(try slot(Self.old, environment) == .current)
        try etc.write("credentials/secret", "\(Etc.secret)\n", mode: 0o666)
        #expect(try slot(Etc.secret, environment) == .current)
        #expect(try etc.load(environment).warnings.isEmpty)
        try etc.write("credentials/secret", "")
        #expect(etc.issues(environment).map(\.place) == [etc("credentials/secret")])
    }

    @Test func `is the file that the main file names rather than any other place`() throws {
        try etc.write("bellpull.toml", "secret_file = \"\(etc("secret"))\"")
        try etc.write("secret", Etc.secret)
        try etc.write("credentials/secret", Self.old)
        let environment = ["GITHUB_SECRET": Self.old, "CREDENTIALS_DIRECTORY": etc("credentials")]
        #expect(try slot(Etc.secret, environment) == .current)
        #expect(try slot(Self.old, environment) == nil)
    }

    @Test func `is a credential if the file has a name without a folder`() throws {
        try etc.write("bellpull.toml", #"secret_file = "blog.secret""#)
        try etc.write("credentials/blog.secret", Etc.secret, mode: 0o666)
        let environment = ["CREDENTIALS_DIRECTORY": etc("credentials")]
        #expect(try slot(Etc.secret, environment) == .current)
        #expect(try etc.load(environment).warnings.isEmpty)
        try etc.write("bellpull.toml", "secret_file = \"\(etc("credentials/blog.secret"))\"")
        #expect(try etc.load(environment).warnings.isEmpty)
        #expect(try etc.load([:]).warnings.count == 2)
    }

    @Test(arguments: ["hunter2hunter2", "hunter2/hunter2", "", "..", "./hunter2"])
    func `is never shown if the value may be the secret itself`(_ text: String) throws {
        for environment in [[:], ["CREDENTIALS_DIRECTORY": etc.path]] {
            try etc.write("bellpull.toml", "\nsecret_file = \"\(text)\"")
            #expect(etc.issues(environment).map(\.place) == [etc("bellpull.toml:2")])
            #expect(!"\(etc.issues(environment))".contains("hunter2"))
            var source = etc.source(environment)
            source.unseenCredentials = []
            let (configuration, issues) = Configuration.loadCollectingIssues(source)
            let warnings = configuration.warnings
            #expect(!(issues + warnings).isEmpty)
            #expect(!"\(issues)\(warnings)".contains("hunter2"))
            try etc.write("bellpull.toml", "\nsecret_variable = \"\(text)\"")
            #expect(etc.issues(environment).map(\.place) == [etc("bellpull.toml:2")])
            #expect(!"\(etc.issues(environment))".contains("hunter2"))
        }
    }

    @Test func `is a variable of the site's own`() throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nsecret_variable = \"BLOG_SECRET\"")
        let configuration = try etc.load(["BLOG_SECRET": Etc.secret, "BLOG_SECRET_OLD": Self.old])
        #expect(configuration.secrets == nil)
        #expect(Signing.slot(of: Etc.secret, in: configuration.sites[0].secrets) == .current)
        #expect(Signing.slot(of: Self.old, in: configuration.sites[0].secrets) == .previous)
    }

    @Test func `is only one`() throws {
        try etc.write("secret", Etc.secret)
        try etc.write("bellpull.toml", "secret_file = \"\(etc("secret"))\"\nsecret_variable = \"A\"")
        let issue = ConfigurationIssue(
            etc("bellpull.toml:2"), "both secret_file and secret_variable are set",
            hint: #"keep one of them: secret_file = "/etc/bellpull/secret" or secret_variable = "BLOG_SECRET""#)
        #expect(etc.issues(["A": Etc.secret]) == [issue])
    }

    @Test func `is a variable that is set`() throws {
        try etc.write("bellpull.toml", #"secret_variable = "HOOK_SECRET""#)
        #expect(
            etc.issues().map(\.message) == ["the environment variable HOOK_SECRET is not set"])
        #expect(etc.issues(["HOOK_SECRET": ""]).map(\.message) == ["HOOK_SECRET is empty"])
        #expect(
            etc.issues(["GITHUB_SECRET_OLD": Self.old, "HOOK_SECRET": Etc.secret]).isEmpty)
    }

    @Test func `is not GITHUB_SECRET_OLD alone`() {
        #expect(
            etc.issues(["GITHUB_SECRET_OLD": Self.old]).map(\.message)
                == ["GITHUB_SECRET_OLD is set, but GITHUB_SECRET is not"])
    }

    @Test func `is needed for each site`() throws {
        try etc.write("sites/app.toml", "path = \"/srv/app\"\nsecret_variable = \"APP_SECRET\"")
        let issue = ConfigurationIssue(
            etc("sites/blog.toml"), "site blog has no secret",
            hint:
                "secret_file = \"/etc/bellpull/secret\" here or, for all sites, in the main file; or set GITHUB_SECRET")
        #expect(etc.issues(["APP_SECRET": Etc.secret]) == [issue])
    }

    @Test(arguments: [("", "is empty"), (" ", "is empty"), ("x", "has only 1 byte")])
    func `has a secret of at least 2 bytes`(_ text: String, problem: String) {
        let issue = ConfigurationIssue(
            "GITHUB_SECRET", "GITHUB_SECRET \(problem)",
            hint: "generate a secret and enter it in the forge's webhook form too: openssl rand -hex 20")
        #expect(etc.issues(["GITHUB_SECRET": text]) == [issue])
    }

    @Test func `should have a secret of at least 16 bytes`() throws {
        let warning = ConfigurationIssue(
            "GITHUB_SECRET", "GITHUB_SECRET has fewer than 16 bytes",
            hint: "generate a secret and enter it in the forge's webhook form too: openssl rand -hex 20")
        #expect(try etc.load(["GITHUB_SECRET": "fifteen bytes.."]).warnings == [warning])
        #expect(try etc.load(["GITHUB_SECRET": "sixteen bytes..."]).warnings.isEmpty)
    }

    @Test func `is not checked if only the service can read it`() throws {
        try etc.write("bellpull.toml", #"secret_file = "hook""#)
        var source = etc.source([:])
        #expect(etc.issues(of: source).count == 1)
        source.unseenCredentials = []
        let configuration = try Configuration.load(source)
        #expect(configuration.secrets == nil)
        #expect(configuration.warnings.map(\.place) == ["\(etc("bellpull.toml")):1"])

        try etc.write("bellpull.toml", "")
        #expect(etc.issues(of: source).map(\.message) == ["site blog has no secret"])
        source.unseenCredentials = ["secret"]
        #expect(etc.issues(of: source).isEmpty)
    }
}
