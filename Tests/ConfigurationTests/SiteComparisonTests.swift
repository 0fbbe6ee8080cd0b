import Configuration
import Foundation
import Testing

@Suite struct `two sites` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func write(_ sites: [String: String]) throws {
        for (name, path) in sites { try etc.write("sites/\(name).toml", "path = \"\(path)\"") }
    }

    @Test func `have different names`() throws {
        try etc.write("bellpull.toml", "[[site]]\nname = \"blog\"\npath = \"/srv/a\"")
        try write(["blog": "/srv/b"])
        let issue = ConfigurationIssue(
            etc("sites/blog.toml"), "the site name blog is already used in \(etc("bellpull.toml")):1",
            hint: "rename one of the two sites")
        #expect(etc.issues() == [issue])
    }

    @Test(arguments: ["/srv/blog", "/srv/blog/", "/srv//blog", "/srv/./blog", "/srv/x/../blog"])
    func `have different paths`(_ path: String) throws {
        try write(["a": "/srv/blog", "b": path])
        #expect(etc.issues().map(\.place) == [etc("sites/b.toml")])
        let end = "is already the clone of site a, configured in \(etc("sites/a.toml"))"
        #expect(etc.issues().allSatisfy { $0.message.hasSuffix(end) })
    }

    @Test func `have different folders, also behind symbolic links`() throws {
        mkdir(etc("real"), 0o700)
        symlink("real", etc("link"))
        try write(["a": etc("real"), "b": etc("link")])
        let message = "\(etc("link")) is already the clone of site a, configured in \(etc("sites/a.toml"))"
        #expect(
            etc.issues() == [
                ConfigurationIssue(etc("sites/b.toml"), message, hint: "give each site a clone of its own")
            ])
    }

    @Test func `should not be one inside the other`() throws {
        mkdir(etc("real"), 0o700)
        mkdir(etc("real/inner"), 0o700)
        symlink("real/inner", etc("link"))
        try write(["a": etc("real"), "b": etc("link"), "c": "/srv/c", "d": "/srv/c/x/y", "e": "/srv/ca"])
        #expect(
            try etc.load().warnings.map(\.message) == [
                "\(etc("link")) is inside the clone of site a, configured in \(etc("sites/a.toml"))",
                "/srv/c/x/y is inside the clone of site c, configured in \(etc("sites/c.toml"))",
            ])
    }

    @Test func `may share a repository`() throws {
        for name in ["a", "b"] {
            try etc.write("sites/\(name).toml", "path = \"/srv/\(name)\"\nrepository = \"alice/blog\"")
        }
        #expect(try etc.load().sites.count == 2)
    }

    @Test func `inside one another, three deep, are each told of the nearest outer clone`() throws {
        try write(["a": "/srv/a", "b": "/srv/a/b", "c": "/srv/a/b/c"])
        #expect(
            try etc.load().warnings.map(\.message) == [
                "/srv/a/b is inside the clone of site a, configured in \(etc("sites/a.toml"))",
                "/srv/a/b/c is inside the clone of site b, configured in \(etc("sites/b.toml"))",
            ])
    }
}
