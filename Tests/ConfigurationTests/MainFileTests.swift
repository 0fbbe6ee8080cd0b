import Configuration
import Foundation
import Testing

@Suite struct `the main file` {
    private let etc: Etc

    init() throws {
        etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#])
    }

    @Test func `may be absent, and empty`() throws {
        #expect(try etc.load().sites.map(\.name) == ["blog"])
        for text in ["", "\n", "# nothing yet\n", "\u{feff}# written on Windows\r\n"] {
            try etc.write("bellpull.toml", text)
            #expect(try etc.load().sites.map(\.name) == ["blog"])
        }
    }

    @Test func `must exist if it is named`() throws {
        let path = etc("other.toml")
        let issue = ConfigurationIssue(path, "does not exist", hint: "create \(path), or correct the path")
        var source = etc.source()
        source.mainFile = path
        #expect(etc.issues(of: source) == [issue])
        #expect(etc.issues(["BELLPULL_CONFIG": path]) == [issue])
    }

    @Test func `is named by the command line, else by the environment`() throws {
        try etc.write("bellpull.toml", #"drain = "1s""#)
        try etc.write("a.toml", #"drain = "2s""#)
        try etc.write("b.toml", #"drain = "3s""#)
        var source = etc.source(["GITHUB_SECRET": Etc.secret, "BELLPULL_CONFIG": etc("a.toml")])
        #expect(try Configuration.load(source).drain == .seconds(2))
        source.mainFile = etc("b.toml")
        #expect(try Configuration.load(source).drain == .seconds(3))
        source.mainFile = nil
        source.environment["BELLPULL_CONFIG"] = ""
        #expect(try Configuration.load(source).drain == .seconds(1))
    }

    @Test func `has a path that is not empty`() {
        var source = etc.source()
        source.mainFile = ""
        #expect(etc.issues(of: source).filter(\.isUsage).map(\.message) == ["--config is empty"])
    }

    @Test func `that cannot be read causes no error about other files`() throws {
        try etc.write("bellpull.toml", "secret_file =")
        try etc.write("sites/blog.toml", #"path = "srv""#)
        let issues = etc.issues([:])
        #expect(issues.map(\.place) == [etc("bellpull.toml:1"), etc("sites/blog.toml:1")])
    }

    @Test func `should not be writable by all users`() throws {
        try etc.write("bellpull.toml", "", mode: 0o646)
        chmod(etc("sites/blog.toml"), 0o606)
        #expect(
            try etc.load().warnings
                == ["bellpull.toml", "sites/blog.toml"].map { name in
                    ConfigurationIssue(etc(name), "the file is writable by all users", hint: "chmod o-w \(etc(name))")
                })
        try etc.write("bellpull.toml", "", mode: 0o664)
        chmod(etc("sites/blog.toml"), 0o644)
        #expect(try etc.load().warnings.isEmpty)
    }
}
