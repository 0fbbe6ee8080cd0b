import Foundation
import Testing

@testable import Configuration

@Suite struct `a mistake in the settings of a site` {
    private let etc: Etc

    init() throws { etc = try Etc(["sites/blog.toml": "path = \"/srv/blog\""]) }

    private func rejected() throws -> [String] { try etc.load().rejectedSites.map { $0.name ?? $0.place } }

    @Test(arguments: ["brunch = \"x\"\npath = \"/srv/shop\"", "", "path = ", "path = \"shop\"", "\0", "timeout = 1"])
    func `rejects only this site`(_ text: String) throws {
        try etc.write("sites/shop.toml", text)
        let configuration = try etc.load()
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(try rejected() == ["shop"])
        #expect(!configuration.issuesOfSites.isEmpty)
        #expect(configuration.issuesOfSites == etc.issues())
        #expect(configuration.rejectedSites[0].issues == configuration.issuesOfSites)
    }

    @Test func `rejects a table as it rejects a file`() throws {
        try etc.write(
            "bellpull.toml", "[[site]]\nname = \"shop\"\npath = \"x\"\n[[site]]\npath = \"/srv/a\"\nname = \"a\"")
        #expect(try rejected() == ["shop"])
        #expect(try etc.load().sites.map(\.name) == ["a", "blog"])
    }

    @Test func `leaves a configuration without usable sites`() throws {
        try etc.write("sites/blog.toml", "path = \"blog\"")
        #expect(try etc.load().sites.isEmpty)
        #expect(try rejected() == ["blog"])
    }

    @Test func `is a missing secret, if another site has a secret of its own`() throws {
        try etc.write("sites/shop.toml", "path = \"/srv/shop\"\nsecret_variable = \"SHOP\"")
        let configuration = try etc.load(["SHOP": Etc.secret])
        #expect(configuration.sites.map(\.name) == ["shop"])
        #expect(configuration.issuesOfSites.map(\.message) == ["site blog has no secret"])
        #expect(throws: ConfigurationError.self) {
            try FileManager.default.removeItem(atPath: etc("sites/shop.toml"))
            _ = try etc.load([:])
        }
    }

    @Test(arguments: ["x = 1", "[[site]", "site = 3", "drain = \"soon\"", "secret_file = \"/nowhere\""])
    func `is not a mistake in the main file, which stops everything`(_ main: String) throws {
        try etc.write("bellpull.toml", main)
        #expect(throws: ConfigurationError.self) { try etc.load() }
    }

    @Test func `tells whether the site may have its own hook`() throws {
        try etc.write("sites/own.toml", "secret_variable = \"OWN\"")
        try etc.write("sites/shared.toml", "branch = \"main\"")
        try etc.write("sites/unreadable.toml", "path")
        let configuration = try etc.load()
        #expect(configuration.unusableHooks == ["own", "unreadable"])
    }

    // MARK: Conflicts

    private func source(inUse sites: [(String, String)]) -> ConfigurationSource {
        var source = etc.source()
        source.sitesInUse = Set(sites.map { SiteOrigin(name: $0.0, place: etc($0.1)) })
        return source
    }

    @Test func `is the same clone or name, and both sites are named and rejected`() throws {
        try etc.write("sites/copy.toml", "path = \"/srv/blog\"")
        #expect(try rejected() == ["blog", "copy"])
        let issues = try etc.load().issuesOfSites
        #expect(issues.count == 1)
        #expect(issues[0].place == etc("sites/copy.toml") && issues[0].message.contains(etc("sites/blog.toml")))

        try etc.write("sites/copy.toml", "path = \"/srv/copy\"")
        try etc.write("bellpull.toml", "[[site]]\nname = \"blog\"\npath = \"/srv/other\"")
        #expect(try rejected() == ["blog", "blog"])
        #expect(try etc.load().sites.map(\.name) == ["copy"])
    }

    @Test func `in a conflict is the mistake of the site that was not in use`() throws {
        try etc.write("sites/a.toml", "path = \"/srv/blog\"")
        try etc.write("bellpull.toml", "[[site]]\nname = \"blog\"\npath = \"/srv/other\"")
        let configuration = try Configuration.load(source(inUse: [("blog", "sites/blog.toml")]))
        #expect(configuration.sites.map(\.place) == [etc("sites/blog.toml")])
        #expect(configuration.rejectedSites.map(\.place) == [etc("sites/a.toml"), "\(etc("bellpull.toml")):1"])
        #expect(configuration.issuesOfSites.allSatisfy { $0.message.contains(etc("sites/blog.toml")) })
        #expect(configuration.issuesOfSites.count == 2)
    }

    @Test func `in a conflict is the mistake of both sites if both were in use`() throws {
        try etc.write("sites/a.toml", "path = \"/srv/blog\"")
        let source = source(inUse: [("blog", "sites/blog.toml"), ("a", "sites/a.toml")])
        #expect(try Configuration.load(source).sites.isEmpty)
    }
}
