import TestSupport
import Git
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints

@Suite struct `affected sites` {
    /// The sites `blog` and `docs`, on two branches of one repository; `tagged`, on the repository's tags; and `shop`,
    /// of another repository.
    private let hook: Endpoints.Hook

    init() throws {
        func site(_ name: String, _ follows: RefPattern?, of repository: String = "alice/blog") -> Site {
            Site(
                name: name, repository: RepositoryName(repository), follows: follows, timeout: .seconds(20),
                strategy: FakeStrategy())
        }
        let sites = [
            site("blog", RefPattern(branch: "main")), site("docs", RefPattern(branch: "docs/*")),
            site("tagged", RefPattern(tag: "v*")), site("shop", RefPattern(branch: "main"), of: "alice/shop"),
        ]
        hook = Endpoints.Hook(
            site: nil, secrets: Secrets(try Secret(Stage.secret)), sites: sites.map { Hooks.Entry($0) })
    }

    private func push(
        _ ref: String, _ number: Int = 1, of repository: String = "alice/blog", isDeletion: Bool = false
    ) throws -> Push {
        Push(repository: repository, ref: ref, after: try Commit.fake(number).description, isDeletion: isDeletion)
    }

    /// The affected sites as `site ref`, or the reason for none.
    private func whom(of pushes: Push...) -> [String] {
        switch AffectedSites(of: pushes, from: .github, at: hook) {
        case .none(let reason): ["nobody: \(reason.description)"]
        case .some(let sites, let repository):
            sites.map { "\($0.site.name) \($0.target.ref) \($0.target.commit.description.suffix(1))" } + [repository]
        }
    }

    @Test func `are the sites that follow the moved ref`() throws {
        #expect(try whom(of: push("refs/heads/main")) == ["blog refs/heads/main 1", "alice/blog"])
        #expect(try whom(of: push("refs/heads/docs/x")) == ["docs refs/heads/docs/x 1", "alice/blog"])
        #expect(try whom(of: push("refs/tags/v1")) == ["tagged refs/tags/v1 1", "alice/blog"])
        #expect(
            try whom(of: push("refs/heads/main", of: "Alice/SHOP")) == ["shop refs/heads/main 1", "Alice/SHOP"])
    }

    @Test func `of several pushes are the sites of each push, with the last push per site`() throws {
        #expect(
            try whom(
                of: push("refs/heads/main", 1), push("refs/heads/docs/a", 2), push("refs/heads/x", 3),
                push("refs/heads/docs/b", 4), push("refs/tags/v1", 5))
                == ["blog refs/heads/main 1", "docs refs/heads/docs/b 4", "tagged refs/tags/v1 5", "alice/blog"])
    }

    @Test func `are none, with the first reason`() throws {
        #expect(
            try whom(of: push("refs/heads/x"))
                == ["nobody: refs/heads/x is not followed; the site follows main"])
        #expect(try whom(of: push("refs/heads/main", of: "bob/x")) == ["nobody: no site follows repository bob/x"])
        #expect(
            try whom(of: push("refs/heads/main", isDeletion: true), push("refs/heads/x"))
                == ["nobody: refs/heads/main was deleted"])
        #expect(whom() == ["nobody: no branch or tag moved"])
    }
}
