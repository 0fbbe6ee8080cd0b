import Foundation
import Configuration
import Git
import Testing

@Suite struct `the steps of a site` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private static let release = """
        path = "/srv/blog"
        repository = "alice/blog"
        branch = "main"
        strategy = "release"

        """

    private func steps(_ lines: String) throws -> StepSettings {
        try etc.write("sites/blog.toml", Self.release + lines)
        return try #require(try etc.load().sites.first).steps
    }

    /// The messages and hints; the lines begin on line 5.
    private func issues(_ lines: String) throws -> [ConfigurationIssue] { try etc.issues(ofSite: Self.release + lines) }

    private func place(_ line: Int) -> String { etc("sites/blog.toml:\(line)") }

    @Test func `are none by default`() throws {
        #expect(try steps("").isEmpty)
    }

    @Test func `have commands, time limits and a check`() throws {
        let steps = try steps(
            #"""
            build = """
            npm ci
            npm run build"""
            test = "npm test"
            health = "https://blog.example.com/status"
            after = "curl -fsS https://ci.example.com/"
            build_timeout = "20m"
            health_timeout = "1m"
            health_status = 204
            health_text = "all is well"
            health_retries = 20
            on_newer = "cancel"
            allow_read = ["/srv/fonts"]
            allow_write = ["/srv/index"]
            unfenced = ["after"]
            """#)
        #expect(steps.build?.command == "npm ci\nnpm run build" && steps.build?.timeout == .seconds(1200))
        #expect(steps.test?.command == "npm test" && steps.test?.timeout == .seconds(300))
        let health = try #require(steps.health)
        #expect(health.isAddress && health.status == 204 && health.text == "all is well" && health.retries == 20)
        #expect(health.step.timeout == .seconds(60))
        #expect(steps.after?.isUnfenced == true && steps.build?.isUnfenced == false)
        #expect(steps.cancelsOnNewer && steps.readable == ["/srv/fonts"] && steps.writable == ["/srv/index"])
    }

    @Test func `may check an address with a scheme in upper case`() throws {
        #expect(try #require(try steps(#"health = "HTTPS://blog.example.com/""#).health).isAddress)
    }

    @Test func `may check with a command`() throws {
        let health = try #require(try steps(#"health = "test -s index.html""#).health)
        #expect(!health.isAddress && health.status == 200 && health.text == nil && health.retries == nil)
    }

    @Test(arguments: [
        (#"build = "  ""#, "build is empty", #"build = "make html""#),
        (#"build = 3"#, "build is an integer, but must be a string", #"build = "make html""#),
        (
            #"test_timeout = "1m""#, "test_timeout needs test",
            #"remove test_timeout, or write test = "test -s index.html""#
        ),
        ("on_newer = \"cancel\"", "on_newer needs build", #"remove on_newer, or write build = "make html""#),
        (
            #"unfenced = ["deploy"]"#, "unfenced contains deploy, which is no step",
            "the steps are build, test, health, after"
        ),
        (
            #"unfenced = ["test"]"#, "unfenced contains test, but the site has no test",
            #"remove test from unfenced, or write test = "test -s index.html""#
        ),
        (
            #"allow_read = ["/srv/fonts"]"#, "allow_read needs a step",
            #"remove allow_read, or write build = "make html""#
        ),
    ])
    func `have mistakes that are told with line and remedy`(_ line: String, message: String, hint: String) throws {
        #expect(try issues(line) == [ConfigurationIssue(place(5), message, hint: hint)])
    }

    @Test(arguments: [
        (
            "health = \"curl x\"\nhealth_status = 204", 6, "health_status needs an address, but health is a command",
            #"remove health_status, or write health = "https://blog.example.com/""#
        ),
        (
            "build = \"x\"\non_newer = \"stop\"", 6, "on_newer is neither finish nor cancel: stop",
            #"on_newer = "cancel", or on_newer = "finish""#
        ),
        (
            "build = \"x\"\nallow_write = [\"cache\"]", 6, "allow_write contains a path that is not absolute: cache",
            #"allow_write = ["/srv/search-index"]"#
        ),
        (
            "build = \"x\"\nhealth = \"https://blog.example.com/a b\"", 6,
            "health is not a valid address: https://blog.example.com/a b", #"health = "https://blog.example.com/""#
        ),
        (
            "health = \"https://blog.example.com/\"\nunfenced = [\"health\"]", 6,
            "unfenced contains health, but the health check is an address",
            "remove health from unfenced: a request to an address needs no fence"
        ),
        (
            "build = \"x\"\nunfenced = [\"build\", \"build\"]", 6, "unfenced contains build twice",
            "name each step once"
        ),
        (
            "health = \"https://blog.example.com/\"\nallow_read = [\"/srv/fonts\"]", 6,
            "allow_read needs a step that is a command", #"remove allow_read, or write build = "make html""#
        ),
        (
            "after = \"x\"\nunfenced = [\"after\"]\nallow_write = [\"/srv/index\"]", 7,
            "allow_write has no effect: all steps run without the fence", "remove allow_write, or remove unfenced"
        ),
    ])
    func `do not contradict each other`(_ lines: String, line: Int, message: String, hint: String) throws {
        #expect(try issues(lines) == [ConfigurationIssue(place(line), message, hint: hint)])
    }

    @Test(arguments: ["build", "test", "health"]) func `that change what is live need releases`(_ key: String) throws {
        let text = "path = \"/srv/blog\"\n\(key) = \"true\""
        #expect(
            try etc.issues(ofSite: text) == [
                ConfigurationIssue(
                    place(2), "\(key) needs strategy release, but the strategy is pull",
                    hint: "remove \(key), or write strategy = \"release\"")
            ])
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nafter = \"true\"")
        #expect(try etc.load().sites.first?.steps.after?.command == "true")
    }
}

@Suite struct `the environment file of steps` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func load(_ text: String, mode: mode_t = 0o640) throws -> Configuration {
        try etc.write("blog.env", text, mode: mode)
        try etc.write(
            "sites/blog.toml", "path = \"/srv/blog\"\nafter = \"true\"\nenvironment_file = \"\(etc("blog.env"))\"")
        return try etc.load()
    }

    private func issue(_ text: String, mode: mode_t = 0o640) throws -> ConfigurationIssue? {
        try load(text, mode: mode).issuesOfSites.first
    }

    @Test func `may have quotes, CRLF and values of several lines`() throws {
        let text = "# tokens\r\nTOKEN=abc\r\nQUOTED='a b'\nLINES=\"one\ntwo\"\n\nEMPTY=\n"
        let variables = try #require(try load(text).sites.first).steps.variables
        #expect(variables == ["TOKEN": "abc", "QUOTED": "a b", "LINES": "one\ntwo", "EMPTY": ""])
    }

    @Test func `must belong to the administrator alone`() throws {
        let path = etc("blog.env")
        let remedy = "chown root:bellpull \(path) && chmod 640 \(path)"
        let issue = try #require(try issue("A=b", mode: 0o660))
        #expect(issue.message.hasSuffix("the environment file \(path) is writable by more than its owner"))
        #expect(issue.hint == remedy)
        let readable = try load("A=b", mode: 0o644)
        #expect(readable.warnings.map(\.hint) == [remedy] && readable.sites.count == 1)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to change an owner"))
    func `must not belong to a person`() throws {
        try etc.write("blog.env", "A=b", mode: 0o640)
        #expect(chown(etc("blog.env"), 12345, 0) == 0)
        try etc.write(
            "sites/blog.toml", "path = \"/srv/blog\"\nafter = \"true\"\nenvironment_file = \"\(etc("blog.env"))\"")
        let issue = try #require(try etc.load().issuesOfSites.first)
        #expect(issue.message.hasSuffix("belongs to neither root nor Bellpull's user"))
        #expect(issue.hint == "chown root:bellpull \(etc("blog.env")) && chmod 640 \(etc("blog.env"))")
    }

    @Test(arguments: ["export A=b", "just words", "1A=b"]) func `has no lines that would be ignored`(_ line: String)
        throws
    {
        let issue = try #require(try issue("B=c\n\(line)\n"))
        #expect(issue.message.contains("has a line without a valid name: "))
        #expect(issue.hint == "write NAME=value, one variable on a line")
    }

    @Test(arguments: ["BELLPULL_COMMIT", "HOME", "TMPDIR"]) func `does not set what Bellpull sets`(_ name: String)
        throws
    {
        #expect(
            try issue("\(name)=x")?.message.hasSuffix("the environment file sets \(name), which Bellpull sets itself")
                == true)
    }

    @Test func `must be there`() throws {
        try etc.write(
            "sites/blog.toml", "path = \"/srv/blog\"\nafter = \"true\"\nenvironment_file = \"/nowhere/x.env\"")
        let issue = try #require(try etc.load().issuesOfSites.first)
        #expect(issue.message.contains("the environment file /nowhere/x.env does not exist"))
        #expect(issue.hint == "install -D -m 640 -g bellpull /dev/null /nowhere/x.env")
    }
}
