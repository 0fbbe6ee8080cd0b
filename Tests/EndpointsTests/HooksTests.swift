import TestSupport
import Git
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints

@Suite struct `hooks` {
    private let secrets: Secrets
    private let own: Secrets

    init() throws {
        secrets = Secrets(try Secret(Stage.secret))
        own = Secrets(try Secret("a secret of its own"))
    }

    private func site(_ name: String, of repository: String? = "alice/blog", _ strategy: FakeStrategy? = nil) -> Site {
        Site(
            name: name, repository: repository.flatMap { RepositoryName($0) }, follows: nil, timeout: .seconds(20),
            strategy: strategy ?? FakeStrategy())
    }

    private func names(_ hook: Endpoints.Hook?, _ repository: String = "alice/blog") -> [String]? {
        hook?.sites(of: repository).map(\.name).sorted()
    }

    @Test func `are the shared hook and the hooks of single sites`() {
        let hooks = Hooks(
            secrets: secrets,
            sites: [
                Hooks.Entry(site("blog")), Hooks.Entry(site("shop"), secrets: own),
                Hooks.Entry(site("app"), secrets: own),
            ])
        for path in [nil, "/"] { #expect(hooks.hook(at: path)?.site == nil && hooks.hook(at: path) != nil) }
        for name in ["shop", "app"] { #expect(hooks.hook(at: "/\(name)")?.site == name) }
        for path in ["/blog", "/nobody", "", "shop", "/shop/", "//shop", "/SHOP", "/shop/app", "/%73hop", "/shop\0"] {
            #expect(hooks.hook(at: path) == nil, "\(path)")
        }
    }

    @Test func `of sites with mistakes are known, unless a usable site has the name`() {
        let hooks = Hooks(
            secrets: secrets, sites: [Hooks.Entry(site("shop"), secrets: own)], unusable: ["shop", "app"])
        #expect(hooks.unusableSite(at: "/app") == "app")
        for path in [nil, "/", "", "app", "/shop", "/app/", "/nobody"] { #expect(hooks.unusableSite(at: path) == nil) }
        #expect(hooks.hook(at: "/app") == nil)
    }

    @Test func `are absent at the mount without a shared secret`() {
        let hooks = Hooks(secrets: nil, sites: [Hooks.Entry(site("shop"), secrets: own)])
        #expect(hooks.hook(at: nil) == nil && hooks.hook(at: "/") == nil)
        #expect(hooks.hook(at: "/shop") != nil)
    }

    @Test func `lead to the sites of a repository, whatever the case of its name`() {
        let sites = [site("blog"), site("staging"), site("shop", of: "alice/shop")]
        let hook = Hooks(secrets: secrets, sites: sites.map { Hooks.Entry($0) }).hook(at: "/")
        #expect(names(hook) == ["blog", "staging"])
        #expect(names(hook, "Alice/BLOG") == ["blog", "staging"])
        #expect(names(hook, "alice/shop") == ["shop"])
        for other in ["alice/app", "blog", "", "alice/blog/x", "alice/blog\n", "/alice/blog"] {
            #expect(names(hook, other) == [], "\(other)")
        }
    }

    @Test func `with the shared secret do not lead to a site with its own secret`() {
        let hooks = Hooks(
            secrets: secrets, sites: [Hooks.Entry(site("blog")), Hooks.Entry(site("shop"), secrets: own)])
        #expect(names(hooks.hook(at: "/")) == ["blog"])
        #expect(names(hooks.hook(at: "/shop")) == ["shop"])
        #expect(names(hooks.hook(at: "/shop"), "mallory/shop") == [])
    }

    @Test func `lead to a site as soon as its clone names the repository`() {
        let strategy = FakeStrategy()
        let hooks = Hooks(secrets: secrets, sites: [Hooks.Entry(site("blog", of: nil, strategy))])
        #expect(names(hooks.hook(at: "/")) == [])
        let main = RefPattern(branch: "main")
        if let name = RepositoryName("alice/blog"), let main {
            strategy.setSource(Source(repository: name, follows: main))
        }
        #expect(names(hooks.hook(at: "/")) == ["blog"])
        #expect(names(hooks.hook(at: "/"), "ALICE/blog") == ["blog"])
        #expect(names(hooks.hook(at: "/"), "alice/shop") == [])
    }

    @Test func `of a single site lead to the site while its repository is unknown`() {
        let hooks = Hooks(secrets: nil, sites: [Hooks.Entry(site("blog", of: nil), secrets: own)])
        #expect(names(hooks.hook(at: "/blog"), "alice/anything") == ["blog"])
    }
}
