import Configuration
import Git
import Testing

@Suite struct `a site's strategy` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func site(_ lines: String) throws -> SiteSettings {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\n\(lines)")
        return try #require(try etc.load().sites.first)
    }

    /// The issues after `path` on line 1.
    private func issues(_ lines: String) throws -> [ConfigurationIssue] {
        try etc.issues(ofSite: "path = \"/srv/blog\"\n\(lines)")
    }

    private func place(_ line: Int) -> String { etc("sites/blog.toml:\(line)") }

    private static let repository = "repository = \"alice/blog\"\n"

    @Test func `is pull by default for one branch and for the branch that is checked out`() throws {
        #expect(try site("").strategy == .pull)
        #expect(try site(Self.repository).strategy == .pull)
        #expect(try site(#"branch = "main""#).strategy == .pull)
        #expect(try site(Self.repository + #"branch = "main""#).strategy == .pull)
    }

    @Test(arguments: [#"tag = "v*""#, #"tag = "v1""#, #"branch = "release/*""#])
    func `is mirror by default for a tag and for a pattern of branches`(_ line: String) throws {
        #expect(try site(Self.repository + line).strategy == .mirror)
    }

    @Test func `is pull where REPO_PATH is the only site`() throws {
        let sites = try etc.load(["GITHUB_SECRET": Etc.secret, "REPO_PATH": "/srv/blog"]).sites
        #expect(sites.map(\.strategy) == [.pull])
    }

    @Test(arguments: [
        (#"branch = "main""#, RefPattern(branch: "main")), (#"branch = "release/*""#, RefPattern(branch: "release/*")),
        (#"tag = "v*""#, RefPattern(tag: "v*")), (#"tag = "v1""#, RefPattern(tag: "v1")),
    ])
    func `may be mirror for a branch, a pattern or a tag`(_ line: String, follows: RefPattern?) throws {
        let site = try site(Self.repository + "\(line)\nstrategy = \"mirror\"")
        #expect(site.strategy == .mirror)
        #expect(site.follows == follows)
    }

    @Test func `may be pull for one branch and for the branch that is checked out`() throws {
        #expect(try site(#"strategy = "pull""#).strategy == .pull)
        #expect(try site("branch = \"main\"\nstrategy = \"pull\"").strategy == .pull)
    }

    @Test(arguments: [
        (#"tag = "v*""#, "the tag v*", "replace tag with one branch"),
        (#"branch = "release/*""#, "the pattern of branches release/*", "name one branch"),
    ])
    func `cannot be pull for a tag or a pattern`(_ line: String, refs: String, remedy: String) throws {
        let hint = "remove strategy, or write strategy = \"mirror\", or \(remedy): branch = \"main\""
        #expect(
            try issues(Self.repository + "\(line)\nstrategy = \"pull\"") == [
                ConfigurationIssue(place(4), "strategy pull cannot follow \(refs)", hint: hint)
            ])
        // Each of the remedies works.
        #expect(try issues(Self.repository + line).isEmpty)
        #expect(try issues(Self.repository + "\(line)\nstrategy = \"mirror\"").isEmpty)
        #expect(try issues(Self.repository + "branch = \"main\"\nstrategy = \"pull\"").isEmpty)
    }

    @Test func `cannot be mirror without a branch or a tag`() throws {
        let hint = #"branch = "main" or tag = "v*""#
        #expect(
            try issues(Self.repository + #"strategy = "mirror""#) == [
                ConfigurationIssue(place(3), "strategy mirror needs branch or tag", hint: hint)
            ])
    }

    @Test(arguments: [
        ("branch = \"main\"\nstrategy = \"mirror\"", 3, "strategy mirror needs repository"),
        ("branch = \"r*\"\nstrategy = \"mirror\"", 2, "a pattern of branches needs repository"),
        ("tag = \"v1\"\nstrategy = \"mirror\"", 2, "tag needs repository"),
        (#"branch = "r*""#, 2, "a pattern of branches needs repository"), (#"tag = "v1""#, 2, "tag needs repository"),
    ])
    func `cannot be mirror without a repository`(_ lines: String, line: Int, message: String) throws {
        let issue = ConfigurationIssue(place(line), message, hint: #"repository = "alice/blog""#)
        #expect(try issues(lines) == [issue])
    }

    @Test(arguments: [
        ("release", "unknown strategy release"), ("Pull", "unknown strategy Pull"), ("", "strategy is empty"),
        (#"\u202e"#, #"unknown strategy \u{202e}"#),
    ])
    func `is a known one`(_ strategy: String, message: String) throws {
        let hint = #"strategy = "pull" or strategy = "mirror""#
        for lines in ["", Self.repository + "tag = \"v*\"\n"] {
            let issues = try issues("strategy = \"\(strategy)\"\n\(lines)")
            #expect(issues == [ConfigurationIssue(place(2), message, hint: hint)])
        }
    }

    @Test func `does not matter while the followed ref is wrong`() throws {
        let message = "branch is not a valid branch name: a..b"
        #expect(try issues("branch = \"a..b\"\nstrategy = \"mirror\"").map(\.message) == [message])
    }

    @Test func `that is unknown does not hide a missing repository`() throws {
        let messages = ["unknown strategy release", "tag needs repository"]
        #expect(try issues("tag = \"v*\"\nstrategy = \"release\"").map(\.message) == messages)
    }
}
