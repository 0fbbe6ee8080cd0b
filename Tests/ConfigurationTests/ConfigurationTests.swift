import Configuration
import Foundation
import Git
import Testing

@Suite struct `a configuration` {
    private static let everything = [
        "bellpull.toml": """
        secret_file          = "SECRET"
        answer_within        = "2s"
        timeout              = "10m"
        drain                = "500ms"
        body_limit           = "1MiB"
        accept_sha1          = false
        parallel_deployments = 3
        waiting_replies      = 0
        history_age          = "7d"
        history_count        = 10
        catch_up             = "1h"

        [[site]]
        name = "docs"
        path = "/srv/docs"
        """,
        "secret": Etc.secret,
        "sites/blog.toml": """
        repository  = "alice/blog"
        branch      = "main"
        path        = "/srv/blog"
        strategy    = "pull"
        timeout     = "1m"
        catch_up    = "0"
        secret_file = "OWN"
        """,
        "sites/app.toml": """
        repository      = "team/web/app"
        tag             = "v*"
        path            = "/srv/app"
        secret_variable = "APP_SECRET"
        """,
        "own": "the one before it, longer",
    ]

    private func etc() throws -> Etc {
        let etc = try Etc()
        for (name, text) in Self.everything {
            try etc.write(
                name,
                text.replacing("SECRET\"", with: "\(etc("secret"))\"")
                    .replacing("APP_\(etc("secret"))", with: "APP_SECRET").replacing("OWN", with: etc("own")))
        }
        return etc
    }

    @Test func `has the settings of its main file`() throws {
        let configuration = try etc().load(["APP_SECRET": Etc.secret])
        #expect(configuration.answerWithin == .seconds(2))
        #expect(configuration.drain == .milliseconds(500))
        #expect(configuration.bodyLimit == 1 << 20)
        #expect(!configuration.acceptsSHA1)
        #expect(configuration.parallelDeployments == 3)
        #expect(configuration.waitingReplies == 0)
        #expect(configuration.historyAge == .seconds(7 * 86_400))
        #expect(configuration.historyCount == 10)
        #expect(Signing.slot(of: Etc.secret, in: configuration.secrets) == .current)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func `has the sites of all places, sorted by name`() throws {
        let etc = try etc()
        let sites = try etc.load(["APP_SECRET": Etc.secret]).sites
        #expect(sites.map(\.name) == ["app", "blog", "docs"])
        #expect(sites.map(\.path) == ["/srv/app", "/srv/blog", "/srv/docs"])
        #expect(sites.map(\.repository) == [RepositoryName("team/web/app"), RepositoryName("alice/blog"), nil])
        #expect(sites.map(\.follows) == [RefPattern(tag: "v*"), RefPattern(branch: "main"), nil])
        #expect(sites.map(\.strategy) == [.mirror, .pull, .pull])
        #expect(sites.map(\.timeout) == [.seconds(600), .seconds(60), .seconds(600)])
        #expect(sites.map(\.catchUp) == [.seconds(3600), nil, .seconds(3600)])
        #expect(sites.map(\.place) == [etc("sites/app.toml"), etc("sites/blog.toml"), etc("bellpull.toml:13")])
        #expect(Signing.slot(of: Etc.secret, in: sites[0].secrets) == .current)
        #expect(Signing.slot(of: "the one before it, longer", in: sites[1].secrets) == .current)
        #expect(sites[2].secrets == nil)
    }

    @Test func `has defaults for all but the secret and the path`() throws {
        let configuration = try Etc(["sites/blog.toml": #"path = "/srv/blog""#]).load()
        #expect(configuration.answerWithin == .seconds(4))
        #expect(configuration.drain == .seconds(10))
        #expect(configuration.bodyLimit == 25 << 20)
        #expect(configuration.acceptsSHA1)
        #expect(configuration.parallelDeployments == max(ProcessInfo.processInfo.activeProcessorCount, 4))
        #expect(configuration.waitingReplies == 256)
        #expect(configuration.historyAge == .seconds(90 * 86_400))
        #expect(configuration.historyCount == 100_000)
        #expect(configuration.sites.map(\.timeout) == [.seconds(300)])
        #expect(configuration.sites.map(\.catchUp) == [.seconds(900)])
    }

    @Test func `reports all errors at once`() throws {
        let etc = try Etc([
            "bellpull.toml": """
            answer_within = 4
            anser_within = "4s"
            drain = "soon"

            [[site]]
            name = "../x"
            path = "srv/x"

            [[site]]
            name = "blog"
            path = "/srv/blog"
            branch = "a..b"
            """,
            "sites/blog.toml": """
            repository = "https://github.com/alice/blog.git"
            path = "/srv/blog/"
            strategy = "miror"
            """,
            "sites/broken.toml": "path = /srv/broken",
            "sites/empty.toml": "",
        ])
        let issues = etc.issues([:], options: ["timeout": "long"])
        let main = etc("bellpull.toml")
        let blog = etc("sites/blog.toml")
        #expect(
            issues.map { "\($0.place): \($0.message)" } == [
                "\(main):2: unknown key anser_within",
                "\(main):1: answer_within is an integer, but must be a string",
                "\(main):3: drain is not a valid duration: soon",
                "--timeout: --timeout is not a valid duration: long",
                "\(main):6: invalid site name ../x",
                "\(main):7: path is not an absolute path: srv/x",
                "\(main):12: branch is not a valid branch name: a..b",
                "\(blog):1: repository is not OWNER/NAME: https://github.com/alice/blog.git",
                "\(blog):3: unknown strategy miror",
                "\(etc("sites/broken.toml")):1: is not TOML at column 8: could not determine value type",
                "\(etc("sites/empty.toml")): the file is empty",
                "\(blog): the site name blog is already used in \(main):9",
                "\(blog): /srv/blog is already the clone of site blog, configured in \(main):9",
                "\(main):5: a site has no secret",
                "\(main):9: site blog has no secret",
                "\(blog): site blog has no secret",
                "\(etc("sites/empty.toml")): site empty has no secret",
            ])
        #expect(issues.allSatisfy { $0.hint != nil })
        #expect(issues.filter(\.isUsage).map(\.place) == ["--timeout"])
    }

    @Test func `tells errors of the command line alone from others`() throws {
        let etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#])
        func isUsage(_ environment: [String: String]) -> Bool? {
            do {
                _ = try Configuration.load(etc.source(environment, options: ["drain": "soon"]))
                return nil
            } catch {
                return error.isUsage
            }
        }
        #expect(isUsage(["GITHUB_SECRET": Etc.secret]) == true)
        #expect(isUsage(["GITHUB_SECRET": Etc.secret, "BELLPULL_TIMEOUT": "x"]) == false)
    }

    @Test func `of hundreds of sites has each site once`() throws {
        let etc = try Etc()
        for index in 0..<200 {
            try etc.write(
                "sites/site\(index).toml", "path = \"/srv/site\(index)\"\nrepository = \"alice/site\(index)\"")
        }
        let sites = try etc.load().sites
        let names = (0..<200).map { "site\($0)" }.sorted()
        #expect(sites.map(\.name) == names)
        #expect(sites.map(\.path) == names.map { "/srv/\($0)" })
        #expect(sites.map(\.repository?.description) == names.map { "alice/\($0)" })
    }

    @Test func `is loaded without the sites that have errors, and with all errors`() throws {
        let etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#, "sites/shop.toml": #"path = "srv/shop""#])
        let (configuration, issues) = Configuration.loadCollectingIssues(etc.source())
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(issues.map(\.place) == ["\(etc("sites/shop.toml")):1"])
    }
}
