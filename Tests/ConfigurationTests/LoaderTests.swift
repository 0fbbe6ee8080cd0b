import Configuration
import Foundation
import Testing

@Suite struct `the environment alone` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func environment(_ path: String) -> [String: String] {
        ["GITHUB_SECRET": Etc.secret, "REPO_PATH": path]
    }

    @Test(arguments: [
        ("/srv/blog", "blog", "/srv/blog"), ("/srv/blog//", "blog", "/srv/blog"), ("/srv/blog/.", "blog", "/srv/blog"),
        ("/srv/docs/../blog", "blog", "/srv/blog"), ("/srv/my site", "my-site", "/srv/my site"),
        ("/srv/.hidden", "hidden", "/srv/.hidden"), ("/", "site", "/"), ("/srv/über", "ber", "/srv/über"),
    ])
    func `is a site with the name of its folder`(_ path: String, name: String, absolute: String) throws {
        let site = try #require(try etc.load(environment(path)).sites.first)
        #expect(site.name == name)
        #expect(site.path == absolute)
        #expect(site.repository == nil)
        #expect(site.follows == nil)
        #expect(site.secrets == nil)
        #expect(site.place == "REPO_PATH")
    }

    @Test func `may have a path relative to the working directory`() throws {
        let working = FileManager.default.currentDirectoryPath
        let site = try #require(try etc.load(environment(".")).sites.first)
        #expect(site.path == working)
        #expect(site.name == URL(fileURLWithPath: working).lastPathComponent)
    }

    @Test func `has the settings of the command line and the environment`() throws {
        let variables = environment("/srv/blog").merging(["BELLPULL_TIMEOUT": "1m"]) { $1 }
        #expect(try etc.load(variables, options: ["drain": "1s"]).sites.map(\.timeout) == [.seconds(60)])
        #expect(try etc.load(variables, options: ["drain": "1s"]).drain == .seconds(1))
    }

    @Test func `is not enough without REPO_PATH and GITHUB_SECRET`() throws {
        let path = ConfigurationIssue(
            "REPO_PATH", "REPO_PATH is not set and \(etc("bellpull.toml")) does not exist",
            hint:
                "set REPO_PATH=/srv/blog, the clone to keep up to date; or write a file for each site in \(etc("sites"))"
        )
        let secret = ConfigurationIssue(
            "GITHUB_SECRET", "GITHUB_SECRET is not set",
            hint: "generate a secret and enter it in the forge's webhook form too: openssl rand -hex 20")
        #expect(etc.issues([:]) == [path, secret])
        #expect(etc.issues() == [path])
        #expect(etc.issues(["REPO_PATH": "/srv/blog"]) == [secret])
        #expect(etc.issues(["REPO_PATH": "", "GITHUB_SECRET": Etc.secret]) == [path])
    }

    @Test func `has a path without invisible characters`() {
        #expect(
            etc.issues(environment("/srv/\u{202e}x\n")).map(\.message)
                == [#"REPO_PATH contains invisible characters: /srv/\u{202e}x\u{a}"#])
    }

    @Test func `is enough beside a main file without a site, whose settings count`() throws {
        try etc.write("bellpull.toml", "timeout = \"1m\"")
        let configuration = try etc.load(environment("/srv/blog"))
        #expect(configuration.isOfEnvironment && configuration.warnings.isEmpty)
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(configuration.sites.map(\.timeout) == [.seconds(60)])
        try etc.write("bellpull.toml", "[[site]]\nname = \"docs\"\npath = \"/srv/docs\"")
        #expect(try etc.load(environment("/srv/blog")).sites.map(\.name) == ["docs"])
    }

    @Test func `is ignored beside files of sites`() throws {
        try etc.write("sites/docs.toml", #"path = "/srv/docs""#)
        let configuration = try etc.load(environment("/srv/blog"))
        #expect(configuration.sites.map(\.name) == ["docs"])
        #expect(configuration.warnings.map(\.place) == ["REPO_PATH"])
    }

    @Test func `is enough beside an empty folder of sites`() throws {
        mkdir(etc("sites"), 0o700)
        let configuration = try etc.load(environment("/srv/blog"))
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(configuration.warnings.isEmpty)
    }
}
