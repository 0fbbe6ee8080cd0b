import Foundation
import Testing

@testable import Configuration

@Suite struct `a reloaded configuration` {
    private let etc: Etc
    private let old: Configuration

    init() throws {
        etc = try Etc([
            "sites/blog.toml": "path = \"/srv/blog\"\nbranch = \"main\"", "sites/shop.toml": "path = \"/srv/shop\"",
            "bellpull.toml": "[[site]]\nname = \"app\"\npath = \"/srv/app\"\n",
        ])
        old = try etc.load()
        #expect(old.sites.map(\.name) == ["app", "blog", "shop"])
    }

    private func reloaded(_ environment: [String: String] = ["GITHUB_SECRET": Etc.secret]) throws -> Configuration {
        var source = etc.source(environment)
        source.sitesInUse = Set(old.sites.map(\.origin))
        return try Configuration.load(source).keeping(old)
    }

    @Test func `has the new settings if they have no mistakes`() throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nbranch = \"next\"")
        try FileManager.default.removeItem(atPath: etc("sites/shop.toml"))
        let new = try reloaded()
        #expect(new.sites.map(\.name) == ["app", "blog"])
        #expect(new.sites[1].follows?.description == "next")
        #expect(new.keptSites.isEmpty)
    }

    @Test func `has the old settings of a site with mistakes, and the new settings of the others`() throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nbranch = \"a..b\"")
        try etc.write("sites/shop.toml", "path = \"/srv/shop\"\nbranch = \"next\"")
        let new = try reloaded()
        #expect(new.sites.map(\.name) == ["app", "blog", "shop"])
        #expect(new.sites[1].follows?.description == "main" && new.sites[2].follows?.description == "next")
        #expect(new.keptSites == ["blog"])
        #expect(new.unusableHooks.isEmpty)
    }

    @Test func `has no settings of a new site with mistakes`() throws {
        try etc.write("sites/new.toml", "path = \"new\"")
        let new = try reloaded()
        #expect(new.sites.map(\.name) == ["app", "blog", "shop"] && new.keptSites.isEmpty)
    }

    @Test func `knows a table without a valid name by its clone`() throws {
        for name in ["", "name = \"a b\""] {
            try etc.write("bellpull.toml", "[[site]]\n\(name)\npath = \"/srv/app\"\n")
            #expect(try reloaded().keptSites == ["app"])
        }
        try etc.write("bellpull.toml", "[[site]]\npath = \"/srv/unknown\"\n")
        #expect(try reloaded().sites.map(\.name) == ["blog", "shop"])
    }

    @Test func `does not keep a site whose clone another site has now`() throws {
        try etc.write("sites/blog.toml", "branch = \"main\"")
        try etc.write("sites/moved.toml", "path = \"/srv/blog\"")
        let new = try reloaded()
        #expect(new.sites.map(\.name) == ["app", "moved", "shop"] && new.keptSites.isEmpty)
    }

    @Test func `of two sites in conflict has the one that was in use, with its new settings`() throws {
        try etc.write("sites/aaa.toml", "path = \"/srv/blog\"")
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nbranch = \"next\"")
        let new = try reloaded()
        #expect(new.sites.map(\.name) == ["app", "blog", "shop"])
        #expect(new.sites[1].follows?.description == "next")
        #expect(new.rejectedSites.map(\.name) == ["aaa"])
    }

    @Test func `keeps both of two used sites that came into conflict`() throws {
        try etc.write("sites/shop.toml", "path = \"/srv/blog\"")
        let new = try reloaded()
        #expect(new.sites.map(\.path) == ["/srv/app", "/srv/blog", "/srv/shop"])
        #expect(new.keptSites == ["blog", "shop"])
    }

    @Test func `keeps the shared secret for a site that lacks it now`() throws {
        try etc.write("sites/shop.toml", "path = \"/srv/shop\"\nsecret_variable = \"SHOP\"")
        let new = try reloaded(["SHOP": Etc.secret])
        #expect(new.keptSites == ["app", "blog"])
        #expect(new.secrets != nil)
    }
}
