import Configuration
import Testing

@Suite struct `the contents of a site` {
    private let etc: Etc
    private static let strategies = [
        "", "repository = \"alice/blog\"\ntag = \"v*\"\n",
        "repository = \"alice/blog\"\nbranch = \"main\"\nstrategy = \"release\"\n",
    ]

    init() throws { etc = try Etc() }

    private func contents(_ lines: String) throws -> ContentSettings {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\n\(lines)")
        return try #require(try etc.load().sites.first?.contents)
    }

    private func issues(_ line: String) throws -> [ConfigurationIssue] {
        try etc.issues(ofSite: "path = \"/srv/blog\"\n\(line)")
    }

    @Test(arguments: strategies) func `are the same for every strategy`(_ lines: String) throws {
        #expect(try contents(lines).submodules == nil && contents(lines).lfs == nil)
        #expect(try contents(lines + "submodules = false\nlfs = false").submodules == nil)
        #expect(try contents(lines + "submodules = false\nlfs = false").lfs == false)
        #expect(try contents(lines + "submodules = true\nlfs = true").submodules == [])
        #expect(try contents(lines + "submodules = true\nlfs = true").lfs == true)
    }

    @Test func `may be submodules of listed URLs`() throws {
        let urls = ["https://github.com/theNewDynamic/gohugo-theme-ananke.git", "git@host:x/y.git", "/srv/git/x.git"]
        #expect(try contents("submodules = \(urls)").submodules == urls)
    }

    @Test(arguments: [
        ("[]", "is an empty list"), (#"[""]"#, "contains an empty URL"),
        (#"["ext::sh -c id"]"#, "contains a URL that names a program for git to run: ext::sh -c id"),
        (#"["--upload-pack=x"]"#, "contains a URL that starts with a hyphen: --upload-pack=x"),
        (#"["https://a:b@host/x/y"]"#, "contains a URL that contains a password"),
        (#"["../x"]"#, "contains a URL that is neither a URL of a repository nor an absolute path: ../x"),
        (#"["host:x/y\n"]"#, #"contains a URL that contains invisible characters: host:x/y\u{a}"#),
        (#"["/srv/x", "/srv/x"]"#, "contains /srv/x twice"),
    ])
    func `are no submodules of other URLs`(_ value: String, fact: String) throws {
        let hint =
            #"submodules = ["https://github.com/theNewDynamic/gohugo-theme-ananke.git"], or submodules = true"#
        let issue = ConfigurationIssue(etc("sites/blog.toml:2"), "submodules \(fact)", hint: hint)
        #expect(try issues("submodules = \(value)") == [issue])
    }

    @Test(arguments: [
        ("submodules = \"yes\"", "submodules is a string, but must be true, false or an array of strings"),
        ("submodules = [1]", "submodules contains an integer, but must contain strings"),
        ("lfs = \"yes\"", "lfs is a string, but must be true or false"),
        ("lfs = [\"x\"]", "lfs is an array, but must be true or false"),
    ])
    func `have no other values`(_ line: String, message: String) throws {
        let key = line.prefix { $0 != " " }
        #expect(
            try issues(line) == [ConfigurationIssue(etc("sites/blog.toml:2"), message, hint: "\(key) = true")])
    }
}
