import Testing

@testable import bellpull

@Suite struct `the pages of a forge` {
    @Test(arguments: [
        (
            "git@github.com:alice/blog.git", "https://github.com/alice/blog/settings/hooks/new",
            "https://github.com/alice/blog/settings/keys/new", "https://github.com/alice/blog/settings/keys"
        ),
        (
            "https://gitlab.com/team/web/docs.git", "https://gitlab.com/team/web/docs/-/hooks",
            "https://gitlab.com/team/web/docs/-/settings/repository#js-deploy-keys-settings",
            "https://gitlab.com/team/web/docs/-/settings/repository#js-deploy-keys-settings"
        ),
        (
            "ssh://git@altssh.bitbucket.org:443/alice/blog.git", "https://bitbucket.org/alice/blog/admin/webhooks",
            "https://bitbucket.org/alice/blog/admin/access-keys/", "https://bitbucket.org/alice/blog/admin/access-keys/"
        ),
        (
            "https://codeberg.org/alice/blog", "https://codeberg.org/alice/blog/settings/hooks/forgejo/new",
            "https://codeberg.org/alice/blog/settings/keys", "https://codeberg.org/alice/blog/settings/keys"
        ),
    ])
    func `have their addresses`(_ url: String, _ hook: String, _ newKey: String, _ keys: String) {
        let pages = ForgePages(of: url)
        #expect([pages.newHook, pages.newKey, pages.keys] == [hook, newKey, keys])
        let fields = pages.fields(url: "https://blog.example.com/github/blog", secret: "cat FILE")
        #expect(fields.contains { $0.value == "https://blog.example.com/github/blog" })
        #expect(fields.contains { $0.value == "cat FILE" })
    }

    @Test func `are described in words for another forge`() {
        #expect(ForgePages(of: "git@git.example.org:alice/blog.git").newKey.hasPrefix("at the forge, in the settings"))
        #expect(ForgePages(of: "/srv/git/blog.git").kind == .none)
    }
}
