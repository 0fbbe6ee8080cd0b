import ArgumentParser
import Testing

@testable import bellpull

@Suite struct `the command line` {
    @Test func `runs serve without a subcommand`() throws {
        let serve = try #require(try Bellpull.parseAsRoot(["--socket", "/s", "--no-sha1", "--drain", "1s"]) as? Serve)
        #expect(serve.socket == "/s")
        #expect(serve.options.refusesSHA1)
        #expect(serve.options.drain == "1s")
        #expect(serve.options.timeout == nil)
    }

    @Test func `gives the configuration only the options that are there`() throws {
        let serve = try #require(try Bellpull.parseAsRoot(["serve", "--answer-within", "2s"]) as? Serve)
        let source = serve.options.source(mainFile: "/m", environment: ["A": "b"])
        #expect(source.options == ["answer-within": "2s"])
        #expect(source.mainFile == "/m")
        #expect(source.environment == ["A": "b"])
        #expect(!source.refusesSHA1)
    }

    @Test func `has default values for check`() throws {
        let check = try #require(try Bellpull.parseAsRoot(["check", "blog", "--json"]) as? Check)
        #expect(check.sites == ["blog"])
        #expect(check.webServer.socket == nil)
        #expect(check.webServer.nginx == nil && !check.offline)
        #expect(check.options.json)
    }

    @Test(arguments: ["1", "100000"])
    func `takes a limit for history`(limit: String) throws {
        let history = try #require(try Bellpull.parseAsRoot(["history", "--limit", limit]) as? History)
        #expect(history.limit == Int(limit))
    }

    @Test(arguments: [
        ["history", "--limit", "0"], ["history", "--limit", "100001"], ["history", "--limit", "many"],
        ["log", "-f", "1"],
        ["log", "blog", "shop"], ["deploy"], ["deploy", "a", "b"], ["serve", "blog"], ["status", "--drain", "1s"],
        ["srve"], ["check", "--configuration-only", "blog"],
    ])
    func `refuses what has no meaning`(arguments: [String]) {
        #expect(throws: (any Error).self) { try Bellpull.parseAsRoot(arguments) }
    }
}
