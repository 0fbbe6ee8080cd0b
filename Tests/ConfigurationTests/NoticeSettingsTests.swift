import Configuration
import Foundation
import Testing

@Suite struct `the notices of a site` {
    private let etc: Etc
    private static let site = "path = \"/srv/blog\"\n"
    private static let signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    init() throws {
        etc = try Etc()
        try etc.write("notify.secret", Self.signing + "\n")
        try etc.write("blog.token", "ghp_0123\n", mode: 0o640)
    }

    private func notices(_ lines: String, main: String = "") throws -> NoticeSettings {
        try etc.write("bellpull.toml", main.replacing("ETC", with: etc.path))
        try etc.write("sites/blog.toml", Self.site + lines.replacing("ETC", with: etc.path))
        return try #require(try etc.load().sites.first).notices
    }

    /// The messages and hints; the lines begin on line 2.
    private func issues(_ lines: String) throws -> [ConfigurationIssue] {
        try etc.issues(ofSite: Self.site + lines.replacing("ETC", with: etc.path))
    }

    @Test func `are none by default`() throws {
        let notices = try notices("")
        #expect(notices.isEmpty && notices.events == [.failed, .recovered])
    }

    @Test func `go to a program, to a webhook and to the forge`() throws {
        let notices = try notices(
            """
            notify = ["/usr/local/bin/tell", "--to", "alice bob"]
            notify_on = ["failed", "rolled-back"]
            notify_read = ["/etc/msmtprc"]
            notify_url = "https://example.com/hooks?key=1"
            notify_secret_file = "ETC/notify.secret"
            status_token_file = "ETC/blog.token"
            status_api = "http://127.0.0.1:3000/api/v1"
            status_url = "https://example.com/bellpull/"
            """)
        #expect(
            notices.program == ["/usr/local/bin/tell", "--to", "alice bob"] && notices.readable == ["/etc/msmtprc"])
        #expect(notices.events == [.failed, .rolledBack])
        #expect(
            notices.webhook?.url == "https://example.com/hooks?key=1" && notices.webhook?.secret?.isSigningToken == true
        )
        #expect(notices.status?.token?.text == "ghp_0123" && notices.status?.api == "http://127.0.0.1:3000/api/v1")
        #expect(notices.status?.pages == "https://example.com/bellpull/")
        #expect(notices.status.map { "\($0)" }?.contains("ghp_") == false, "a log must not show the token")
    }

    @Test func `are the main file's where the site says nothing`() throws {
        let main = """
            notify = ["/usr/local/bin/tell"]
            notify_on = ["deployed"]
            notify_url = "https://example.com/"
            notify_secret_file = "ETC/notify.secret"

            """
        let same = try notices("", main: main)
        #expect(same.program == ["/usr/local/bin/tell"] && same.events == [.deployed] && same.webhook?.secret != nil)
        let other = try notices(
            "notify = []\nnotify_on = [\"failed\"]\nnotify_url = \"https://example.org/\"", main: main)
        #expect(other.program.isEmpty && other.events == [.failed] && other.webhook?.url == "https://example.org/")
        #expect(try notices("notify_on = []", main: main).isEmpty)
    }

    @Test(arguments: [
        (#"notify = ["tell"]"#, "notify begins with a program without an absolute path: tell"),
        (#"notify = "/bin/tell""#, "notify is a string, but must be an array of strings"),
        ("notify = [\"/bin/tell\"]\nnotify_read = [\"x\"]", "notify_read contains a path that is not absolute: x"),
        ("notify = [\"/bin/tell\"]\nnotify_on = [\"faild\"]", "notify_on contains faild, which is no event"),
        (#"notify_on = ["failed"]"#, "notify_on needs notify"),
        (#"notify_read = ["/etc/msmtprc"]"#, "notify_read needs notify"),
        (#"notify_url = "https://example.com/""#, "notify_url needs notify_secret_file"),
        (#"notify_secret_file = "ETC/notify.secret""#, "notify_secret_file needs notify_url"),
        (#"status_api = "https://git.example.com/api/v1""#, "status_api needs status_token_file"),
        (#"status_url = "https://example.com/""#, "status_url needs status_token_file"),
        (#"status_token_file = "token""#, "status_token_file is not an absolute path: token"),
        ("forge = \"gogs\"\nstatus_token_file = \"ETC/blog.token\"", "Bellpull sets no commit statuses at gogs"),
    ])
    func `are refused if they could not work`(_ lines: String, _ message: String) throws {
        #expect(try issues(lines).map(\.message) == [message])
    }

    @Test(arguments: [
        ("http://example.com/", "is not encrypted: http://example.com/"),
        ("ftp://example.com/", "is not an address: ftp://example.com/"),
        ("https://a:s3cret@example.com/", "contains a user or a password"),
        ("https://example.com/?a=\\\"s3cret", "contains characters that no URL has"),
        ("https:// /?s3cret", "is not an address: https:// /"),
    ])
    func `go only to a safe address, which no message shows in full`(_ url: String, _ fact: String) throws {
        let issues = try issues("notify_url = \"\(url)\"\nnotify_secret_file = \"ETC/notify.secret\"")
        #expect(issues.map(\.message) == ["notify_url \(fact)"])
        #expect(!issues.map { $0.message + ($0.hint ?? "") }.joined().contains("s3cret"))
    }

    @Test func `need a signing token`() throws {
        let line = "notify_url = \"https://example.com/\"\nnotify_secret_file = \"ETC/notify.secret\""
        for text in ["a password of some length", "whsec_!!!", "whsec_MfKQ"] {
            try etc.write("notify.secret", text)
            let message = try #require(try issues(line).first).message
            #expect(message.contains("without a signing token") || message.contains("that no token has"))
            #expect(!message.contains(text))
        }
    }

    @Test func `keep the token from other users`() throws {
        let line = #"status_token_file = "ETC/blog.token""#
        let name = "the token file \(etc("blog.token"))"
        for (mode, fact) in [(0o644, "is readable by all users"), (0o660, "is writable by more than its owner")] {
            try etc.write("blog.token", "ghp_0123", mode: mode_t(mode))
            #expect(try issues(line).map(\.message) == ["\(name) \(fact)"])
        }
        for (text, fact) in [
            ("", "is empty"), ("ghp 0\n1", "has more than one line, or a character that no token has"),
        ] {
            try etc.write("blog.token", text)
            #expect(try issues(line).map(\.message) == ["\(name) \(fact)"])
        }
        try FileManager.default.removeItem(atPath: etc("blog.token"))
        let issues = try issues(line)
        #expect(issues.first?.message.hasPrefix("\(name) does not exist") == true, "\(issues)")
    }

    @Test func `are read without secrets by a command that needs none`() throws {
        try etc.write(
            "sites/blog.toml",
            Self.site
                + "notify_url = \"https://example.com/\"\nnotify_secret_file = \"/none\"\nstatus_token_file = \"/none\""
        )
        var source = etc.source()
        source.readsSecrets = false
        let notices = try #require(try Configuration.load(source).sites.first).notices
        #expect(notices.webhook?.secret == nil && notices.status?.token == nil && !notices.isEmpty)
    }
}
