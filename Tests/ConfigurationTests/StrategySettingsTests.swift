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
        ("releases", "unknown strategy releases"), ("Pull", "unknown strategy Pull"), ("", "strategy is empty"),
        (#"\u202e"#, #"unknown strategy \u{202e}"#),
    ])
    func `is a known one`(_ strategy: String, message: String) throws {
        let hint = #"strategy = "pull" or strategy = "mirror" or strategy = "release""#
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
        let messages = ["unknown strategy releases", "tag needs repository"]
        #expect(try issues("tag = \"v*\"\nstrategy = \"releases\"").map(\.message) == messages)
    }

    @Test(arguments: [
        (#"branch = "main""#, RefPattern(branch: "main")), (#"branch = "release/*""#, RefPattern(branch: "release/*")),
        (#"tag = "v*""#, RefPattern(tag: "v*")),
    ])
    func `may be release for a branch, a pattern or a tag`(_ line: String, follows: RefPattern?) throws {
        let site = try site(Self.repository + "\(line)\nstrategy = \"release\"")
        #expect(site.strategy == .release)
        #expect(site.follows == follows)
        let release = try #require(site.release)
        #expect(release.remote == nil && release.shared.isEmpty && release.keep == 5)
    }

    @Test func `cannot be release without a branch or a tag`() throws {
        let hint = #"branch = "main" or tag = "v*""#
        #expect(
            try issues(Self.repository + #"strategy = "release""#) == [
                ConfigurationIssue(place(3), "strategy release needs branch or tag", hint: hint)
            ])
    }

    @Test(arguments: [
        (#"branch = "main""#, 3, "strategy release"), (#"branch = "r*""#, 2, "a pattern of branches"),
        (#"tag = "v1""#, 2, "tag"),
    ])
    func `release needs a repository, or a remote that names one`(_ ref: String, line: Int, words: String) throws {
        let lines = "\(ref)\nstrategy = \"release\""
        let hint = #"repository = "alice/blog" or remote = "git@github.com:alice/blog.git""#
        let issue = ConfigurationIssue(place(line), "\(words) needs repository or remote", hint: hint)
        #expect(try issues(lines) == [issue])
        let named = try site(lines + "\nremote = \"git@github.com:alice/blog.git\"")
        #expect(named.repository?.description == "alice/blog")
        let other = try site(Self.repository + lines + "\nremote = \"git@github.com:bob/fork.git\"")
        #expect(other.repository?.description == "alice/blog")
    }

    @Test func `release needs a repository if the remote does not tell the owner`() throws {
        let lines = "branch = \"main\"\nstrategy = \"release\"\nremote = \"git@blog-host:blog.git\""
        #expect(
            try issues(lines) == [
                ConfigurationIssue(
                    place(4), "remote does not tell the owner of the repository",
                    hint: #"add the line repository = "alice/blog""#)
            ])
        #expect(try issues(Self.repository + lines).isEmpty)
    }

    @Test(arguments: [
        ("local_edits = \"save\"", "local_edits", "mirror", "pull"), ("keep = 3", "keep", "release", "pull"),
        ("shared = [\"uploads\"]", "shared", "release", "pull"),
        ("remote = \"/srv/git/alice/blog.git\"", "remote", "release", "pull"),
        ("local_edits = \"refuse\"", "local_edits", "mirror", "release"), ("keep = 3", "keep", "release", "mirror"),
    ])
    func `has only its own keys`(_ line: String, key: String, owner: String, strategy: String) throws {
        let lines = Self.repository + "branch = \"main\"\n"
        let message = "\(key) needs strategy \(owner), but the strategy is \(strategy)"
        let hint = "remove \(key), or write strategy = \"\(owner)\""
        #expect(
            try issues(lines + "strategy = \"\(strategy)\"\n\(line)") == [
                ConfigurationIssue(place(5), message, hint: hint)
            ])
        // Both remedies work.
        #expect(try issues(lines + "strategy = \"\(strategy)\"").isEmpty)
        #expect(try issues(lines + "strategy = \"\(owner)\"\n\(line)").isEmpty)
    }

    @Test func `by default has only its own keys, too`() throws {
        let message = "keep needs strategy release, but the strategy is mirror"
        #expect(try issues(Self.repository + "tag = \"v*\"\nkeep = 3").map(\.message) == [message])
        #expect(try issues("keep = 3\nstrategy = \"puul\"").map(\.message) == ["unknown strategy puul"])
    }
}
