import Foundation
import Testing

@testable import Configuration

@Suite struct `an environment file` {
    /// Each expectation is what systemd 252 passes to a service with this file.
    @Test(arguments: [
        ("A=b", "b"), ("A=b\n", "b"), (" A = b  \n", "b"), ("A=", ""), ("A=b c", "b c"), ("A=b=c", "b=c"),
        ("A=\"b c \"\n", "b c "), ("A='b \"c\"'", "b \"c\""), ("A=\"b\"c", "bc"), ("A=\"b\" \"c\"", "bc"),
        ("A=b\"c\"", "b\"c\""),
        ("A=b\\\nc", "bc"), ("A=b\\ ", "b "), ("A=b\\\\c", "b\\c"), ("A=b\\\"c", "b\"c"), ("A=\"b\\\nc\"", "bc"),
        ("A=\"b\\\"c\\\\d\\$e\\n\"", "b\"c\\d$e\\n"), ("A='b\\c'", "b\\c"), ("A='b\nc'", "b\nc"), ("A=b\r\n", "b"),
        ("A=b # c", "b # c"), ("# A=c\n;A=d\nA=b", "b"), ("A=c\nA=b", "b"), ("A=\"b", "b"), ("A=\u{e4}", "\u{e4}"),
    ])
    func `has the value that systemd reads`(text: String, value: String) {
        #expect(EnvironmentFile(text: text).variables == ["A": value])
    }

    @Test(arguments: ["", "A", "=b", "1A=b", "A B=c", "export A=b", "\u{e4}=b", "#A=b", "A\n=b"])
    func `has no variable without a valid name`(text: String) {
        #expect(EnvironmentFile(text: text).variables.isEmpty)
    }

    @Test func `is beside the main file, and gives way to the variables of the process`() throws {
        let etc = try Etc()
        try etc.write("environment", "GITHUB_SECRET=theirs\nREPO_PATH='/srv/blog'\n")
        var source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "a secret of this process"], fallbackMainFile: etc("bellpull.toml"))
        #expect(source.hasNoSiteInFiles)
        #expect(source.addEnvironmentFile().isUnreadable == false)
        #expect(source.environment == ["GITHUB_SECRET": "a secret of this process", "REPO_PATH": "/srv/blog"])
        #expect(try Configuration.load(source).sites.map(\.path) == ["/srv/blog"])
    }

    @Test func `is all there is beside a main file without a site`() throws {
        let etc = try Etc(["bellpull.toml": "# nothing"])
        #expect(ConfigurationSource(environment: [:], fallbackMainFile: etc("bellpull.toml")).hasNoSiteInFiles)
        #expect(ConfigurationSource(mainFile: etc("bellpull.toml"), environment: [:]).hasNoSiteInFiles)
    }

    @Test(arguments: [("bellpull.toml", "[[site]]"), ("bellpull.toml", "="), ("sites/blog.toml", "")])
    func `is not all there is beside sites`(file: String, text: String) throws {
        let etc = try Etc()
        try etc.write(file, text)
        let fallback = etc("bellpull.toml")
        #expect(!ConfigurationSource(environment: [:], fallbackMainFile: fallback).hasNoSiteInFiles)
        #expect(
            !ConfigurationSource(mainFile: "/nowhere/x.toml", environment: [:], fallbackMainFile: "/x").hasNoSiteInFiles
        )
    }

    @Test func `may be missing, and is unreadable if it is a folder`() throws {
        let etc = try Etc()
        #expect(!EnvironmentFile(at: etc("environment")).isUnreadable)
        try etc.write("environment/x", "")
        #expect(EnvironmentFile(at: etc("environment")).isUnreadable)
    }
}
