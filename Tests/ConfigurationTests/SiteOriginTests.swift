import Configuration
import Testing

@Suite struct `the origin of a site` {
    @Test func `is the same when its table moves to another line`() {
        let origin = SiteOrigin(name: "blog", place: "/etc/bellpull/bellpull.toml:12")
        #expect(origin == SiteOrigin(name: "blog", place: "/etc/bellpull/bellpull.toml:3"))
        #expect(origin.file == "/etc/bellpull/bellpull.toml")
        #expect(origin != SiteOrigin(name: "shop", place: "/etc/bellpull/bellpull.toml:12"))
        #expect(origin != SiteOrigin(name: "blog", place: "/etc/bellpull/sites/blog.toml"))
    }

    @Test(arguments: ["REPO_PATH", "/srv/2026", "/etc/a:b/sites/x1.toml", ":", "7", ""])
    func `is the whole place if the place has no line`(_ place: String) {
        #expect(SiteOrigin(name: "blog", place: place).file == place)
    }
}
