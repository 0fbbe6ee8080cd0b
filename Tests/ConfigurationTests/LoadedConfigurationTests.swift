import Foundation
import Git
import Testing

@testable import Configuration

@Suite struct `the file loaded.json` {
    private let etc: Etc
    private let loaded: LoadedConfiguration

    init() throws {
        etc = try Etc([
            "sites/blog.toml": "path = \"/srv/blog\"\nbranch = \"main\"\nrepository = \"alice/blog\"",
            "sites/shop.toml": "path = \"/srv/shop\"\nbrunch = 1", "secret": Etc.secret,
            "bellpull.toml": "[[site]]\nname = \"app\"\npath = \"/srv/app\"",
        ])
        try etc.write(
            "bellpull.toml", "secret_file = \"\(etc("secret"))\"\n[[site]]\nname = \"app\"\npath = \"/srv/app\"")
        let configuration = try etc.load([:])
        loaded = LoadedConfiguration(
            pid: 17, time: Date(timeIntervalSince1970: 1_800_000_000.9), loads: 2, mainFile: etc("bellpull.toml"),
            isApplied: true,
            sites: configuration.sites.map {
                LoadedConfiguration.Site(
                    $0, repository: $0.repository?.description, follows: $0.follows?.description,
                    isKept: $0.name == "app")
            } + configuration.rejectedSites.map { LoadedConfiguration.Site($0) },
            mistakes: configuration.issuesOfSites, warnings: configuration.warnings)
    }

    @Test func `is read as it was written`() throws {
        let read = try #require(LoadedConfiguration(json: loaded.json))
        #expect(read == loaded)
        #expect(read.sites.map(\.state) == [.kept, .loaded, .unusable])
        #expect(read.sites.map(\.name) == ["app", "blog", "shop"])
        #expect(read.mistakes.map(\.message) == ["unknown key brunch"])
        try loaded.json.write(to: URL(fileURLWithPath: etc(LoadedConfiguration.fileName)))
        #expect(LoadedConfiguration(inFolder: etc.path) == loaded)
    }

    @Test func `has names in snake case, the time in seconds, and no secret`() throws {
        let text = String(decoding: loaded.json, as: UTF8.self)
        for part in [
            #""schema":1"#, #""pid":17"#, #""time":1800000000,"#, #""main_file":""#, #""is_applied":true"#,
            #""repository":"alice/blog""#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains(Etc.secret))
    }

    @Test func `names the sites in use`() {
        #expect(
            loaded.sitesInUse == [
                SiteOrigin(name: "app", place: etc("bellpull.toml")),
                SiteOrigin(name: "blog", place: etc("sites/blog.toml")),
            ])
    }

    @Test func `of another schema is not read`() {
        let text = String(decoding: loaded.json, as: UTF8.self)
        #expect(LoadedConfiguration(json: Data(text.replacing("\"schema\":1", with: "\"schema\":2").utf8)) == nil)
        #expect(LoadedConfiguration(json: Data()) == nil)
        #expect(LoadedConfiguration(inFolder: etc("nowhere")) == nil)
    }
}
