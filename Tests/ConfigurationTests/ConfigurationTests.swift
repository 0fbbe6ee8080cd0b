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

    @Test func `has what its main file says`() throws {
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

    @Test func `says all that is wrong with it at once`() throws {
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
                "\(main):2: there is no key anser_within here",
                "\(main):1: answer_within is a whole number, not a text",
                "\(main):3: drain is soon, which is not a duration",
                "--timeout: --timeout is long, which is not a duration",
                "\(main):6: ../x cannot be a site's name",
                "\(main):7: path is srv/x, which is not an absolute path",
                "\(main):12: branch is not a valid branch name: a..b",
                "\(blog):1: repository is https://github.com/alice/blog.git, which is not OWNER/NAME",
                "\(blog):3: unknown strategy miror",
                "\(etc("sites/broken.toml")):1: is not TOML at line 1, column 8: could not determine value type",
                "\(etc("sites/empty.toml")): is empty",
                "\(blog): there is a site blog already, in \(main):9",
                "\(blog): /srv/blog is the clone of the site blog already, in \(main):9",
                "\(main):5: there is no secret for a site",
                "\(main):9: there is no secret for the site blog",
                "\(blog): there is no secret for the site blog",
                "\(etc("sites/empty.toml")): there is no secret for the site empty",
            ])
        #expect(issues.allSatisfy { $0.hint != nil })
        #expect(issues.filter(\.isUsage).map(\.place) == ["--timeout"])
    }

    @Test func `is wrong on the command line alone, or elsewhere too`() throws {
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

    @Test func `of hundreds of sites has each of them once`() throws {
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

    @Test func `is surveyed with what is right in it, beside all that is wrong`() throws {
        let etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#, "sites/shop.toml": #"path = "srv/shop""#])
        let (configuration, issues) = Configuration.loadCollectingIssues(etc.source())
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(issues.map(\.place) == ["\(etc("sites/shop.toml")):1"])
    }
}
