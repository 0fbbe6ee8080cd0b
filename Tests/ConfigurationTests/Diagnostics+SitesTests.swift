import Configuration
import Foundation
import Testing

@Suite struct `two sites` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func write(_ sites: [String: String]) throws {
        for (name, path) in sites { try etc.write("sites/\(name).toml", "path = \"\(path)\"") }
    }

    @Test func `have two names`() throws {
        try etc.write("bellpull.toml", "[[site]]\nname = \"blog\"\npath = \"/srv/a\"")
        try write(["blog": "/srv/b"])
        let issue = ConfigurationIssue(
            etc("sites/blog.toml"), "there is a site blog already, in \(etc("bellpull.toml")):1",
            hint: "rename one of them")
        #expect(etc.issues() == [issue])
    }

    @Test(arguments: ["/srv/blog", "/srv/blog/", "/srv//blog", "/srv/./blog", "/srv/x/../blog"])
    func `have two paths`(_ path: String) throws {
        try write(["a": "/srv/blog", "b": path])
        #expect(etc.issues().map(\.place) == [etc("sites/b.toml")])
        let end = "is the clone of the site a already, in \(etc("sites/a.toml"))"
        #expect(etc.issues().allSatisfy { $0.message.hasSuffix(end) })
    }

    @Test func `have two places, whatever their paths are`() throws {
        mkdir(etc("real"), 0o700)
        symlink("real", etc("link"))
        try write(["a": etc("real"), "b": etc("link")])
        let message = "\(etc("link")) is the clone of the site a already, in \(etc("sites/a.toml"))"
        #expect(etc.issues() == [ConfigurationIssue(etc("sites/b.toml"), message, hint: "a clone for each site")])
    }

    @Test func `are better not one within the other`() throws {
        mkdir(etc("real"), 0o700)
        mkdir(etc("real/inner"), 0o700)
        symlink("real/inner", etc("link"))
        try write(["a": etc("real"), "b": etc("link"), "c": "/srv/c", "d": "/srv/c/x/y", "e": "/srv/ca"])
        #expect(
            try etc.load().warnings.map(\.message) == [
                "\(etc("link")) lies within the clone of the site a, in \(etc("sites/a.toml"))",
                "/srv/c/x/y lies within the clone of the site c, in \(etc("sites/c.toml"))",
            ])
    }

    @Test func `may have one repository`() throws {
        for name in ["a", "b"] {
            try etc.write("sites/\(name).toml", "path = \"/srv/\(name)\"\nrepository = \"alice/blog\"")
        }
        #expect(try etc.load().sites.count == 2)
    }
}
