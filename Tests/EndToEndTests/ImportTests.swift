import Foundation
import TestSupport
import Testing

/// Hooks files of the shapes that people publish, written anew.
@Suite struct `bellpull import` {
    private let server: NewServer

    init() throws { server = try NewServer() }

    private func imported(_ text: String, as name: String = "hooks.json") throws -> [[String: Any]] {
        try write(text, to: server.folder(name))
        let result = try server.run(["import", server.folder(name), "--json"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    }

    private func left(_ hook: [String: Any]) -> String { (hook["left"] as? [String] ?? []).joined(separator: "\n") }

    @Test func `GitHub with a signature and a branch, whose script builds`() throws {
        let clone = try server.forge.clone(to: server.folder("srv/blog"))
        try clone.git("remote", "set-url", "origin", "git@github.com:alice/blog.git")
        try write("#!/bin/sh\nset -e\ngit pull\nnpm ci && npm run build\n", to: server.folder("deploy.sh"))
        let hook = try #require(
            try imported(
                """
                [{"id": "deploy blog", "execute-command": "\(server.folder("deploy.sh"))",
                  "command-working-directory": "\(clone.path)", "response-message": "deploying",
                  "pass-arguments-to-command": [{"source": "payload", "name": "head_commit.id"}, {"source": "payload", "name": "pusher.email"}],
                  "trigger-rule": {"and": [
                    {"match": {"type": "payload-hmac-sha1", "secret": "a secret of the hook", "parameter": {"source": "header", "name": "X-Hub-Signature"}}},
                    {"match": {"type": "value", "value": "refs/heads/main", "parameter": {"source": "payload", "name": "ref"}}}]}}]
                """
            ).first)
        #expect(hook["site"] as? String == "deploy-blog")
        let text = try #require(hook["text"] as? String)
        #expect(text.contains("repository  = \"alice/blog\"") && text.contains("branch      = \"main\""))
        #expect(text.contains("path        = \"\(clone.path)\"") && !text.contains("a secret of the hook"))
        #expect(left(hook).contains("also ran: npm ci && npm run build. Put it into after, or"))
        #expect(left(hook).contains("head_commit.id: a step has BELLPULL_COMMIT"))
        #expect(left(hook).contains("pusher.email: a step is not told of it"))
        #expect(left(hook).contains("response-message: Bellpull answers {}"))

        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(!result.output.contains("a secret of the hook"))
        #expect(try self.text("etc/deploy-blog.secret") == "a secret of the hook\n")
        let again = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(again.ending == .exited(1) && again.errors.contains("is there already, and is not overwritten"))
    }

    private func writeHook(_ folder: String = "/srv/blog") throws {
        try write(
            """
            [{"id": "blog", "execute-command": "/bin/git", "command-working-directory": "\(folder)",
              "trigger-rule": {"match": {"type": "payload-hmac-sha256", "secret": "a secret of the hook",
                "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}}}]
            """, to: server.folder("hooks.json"))
    }

    @Test(arguments: ["etc/blog.secret", "etc/sites/blog.toml"])
    func `keeps a link to a missing file in the place of one to write`(_ name: String) throws {
        try writeHook()
        symlink("/nowhere", server.folder(name))
        let before = try server.state
        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(1))
        // The link also is a site of the configuration, with a mistake.
        let isTold =
            result.errors.contains("\(server.folder(name)) is there already, and is not overwritten")
            || result.output.contains("could not be taken over") && result.errors.contains("no hook of ")
        #expect(isTold, "\(result)")
        #expect(try server.state == before)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, who acts for another user"))
    func `names the owner of the state folder in remedies`() throws {
        let clone = try server.forge.clone(to: server.folder("srv/blog"))
        try writeHook(clone.path)
        _ = try Shell.run("mkdir -p '\(server.folder("state"))' && chown nobody: '\(server.folder("state"))'")
        let result = try server.run(["import", server.folder("hooks.json")])
        #expect(result.output.contains("chown -R nobody: \(clone.path)"), "\(result.output)")
    }

    private func text(_ name: String) throws -> String { try EndToEndTests.text(of: server.folder(name)) }

    @Test func `GitLab with a token, several branches, a repository and addresses, in YAML`() throws {
        let hook = try #require(
            try imported(
                """
                - id: docs
                  execute-command: ./update.sh
                  command-working-directory: /srv/docs
                  trigger-rule:
                    and:
                      - match:
                          type: value
                          value: the-token-of-gitlab
                          parameter: {source: header, name: X-Gitlab-Token}
                      - match: {type: value, value: team/web/docs, parameter: {source: payload, name: project.path_with_namespace}}
                      - or:
                          - match: {type: value, value: refs/heads/main, parameter: {source: payload, name: ref}}
                          - match: {type: value, value: refs/heads/next, parameter: {source: payload, name: ref}}
                      - match: {type: ip-whitelist, ip-range: 192.0.2.0/24}
                """, as: "hooks.yaml"
            ).first)
        let text = try #require(hook["text"] as? String)
        #expect(text.contains("repository  = \"team/web/docs\"") && text.contains("branch      = \"main\""))
        #expect(left(hook).contains("refs/heads/next: a site follows one branch"))
        #expect(left(hook).contains("the addresses 192.0.2.0/24: write allow and deny"))
        #expect(left(hook).contains("/srv/docs is no clone here"))
        #expect((hook["taken"] as? [String])?.contains { $0.contains("the secret") } == true)
    }

    @Test func `Gitea with tags by a regular expression, or a ping`() throws {
        let hooks = try imported(
            """
            [{"id": "release", "execute-command": "/usr/local/bin/release", "command-working-directory": "/srv/app",
              "trigger-rule": {"and": [
                {"match": {"type": "payload-hmac-sha256", "secret": "gitea's secret", "parameter": {"source": "header", "name": "X-Gitea-Signature"}}},
                {"or": [
                  {"match": {"type": "regex", "regex": "^refs/tags/v.*$", "parameter": {"source": "payload", "name": "ref"}}},
                  {"match": {"type": "value", "value": "ping", "parameter": {"source": "header", "name": "X-Gitea-Event"}}}]},
                {"match": {"type": "value", "value": "alice/app", "parameter": {"source": "payload", "name": "repository.full_name"}}}]}},
             {"id": "restart", "execute-command": "/usr/bin/systemctl", "pass-arguments-to-command": [{"source": "string", "name": "restart"}]}]
            """)
        #expect(hooks.count == 2)
        let text = try #require(hooks[0]["text"] as? String)
        #expect(text.contains("tag         = \"v*\"") && text.contains("repository  = \"alice/app\""))
        #expect(left(hooks[0]).contains("the command /usr/local/bin/release: if it does more"))
        #expect(hooks[1]["text"] == nil)
        #expect(
            hooks[1]["problem"] as? String
                == "nothing in the hook says that it deploys a repository: it runs /usr/bin/systemctl")
    }

    @Test func `a template, whose secret comes from the environment`() throws {
        let hook = try #require(
            try imported(
                """
                [{"id": "shop", "execute-command": "/srv/shop/deploy.sh", "command-working-directory": "/srv/shop",
                  "trigger-rule": {"match": {"type": "payload-hmac-sha256", "secret": "{{ getenv "SHOP_SECRET" | js }}",
                  "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}}}]
                """
            ).first)
        #expect(left(hook).contains("the secret is the template {{ getenv \"SHOP_SECRET\" | js }}"))
        #expect(left(hook).contains("the branch: the rule names none"))
        #expect(!((hook["text"] as? String) ?? "").contains("BELLPULLTEMPLATE"))
        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(try self.text("etc/shop.secret").count == 41)
    }

    @Test func `conditions that Bellpull has no word for`() throws {
        let hook = try #require(
            try imported(
                """
                [{"id": "site", "execute-command": "/opt/deploy", "include-command-output-in-response": true,
                  "pre-hook-command": "/opt/look",
                  "trigger-rule": {"and": [
                    {"match": {"type": "value", "value": "token-in-the-url", "parameter": {"source": "url", "name": "token"}}},
                    {"match": {"type": "payload-hmac-sha512", "secret": "long enough", "parameter": {"source": "header", "name": "X-Signature"}}},
                    {"not": {"match": {"type": "value", "value": "refs/heads/dev", "parameter": {"source": "payload", "name": "ref"}}}},
                    {"match": {"type": "regex", "regex": "(main|next)", "parameter": {"source": "payload", "name": "ref"}}}]}}]
                """
            ).first)
        let words = left(hook)
        #expect(words.contains("the condition value of url token") && !words.contains("token-in-the-url"))
        #expect(words.contains("HMAC-SHA512") && words.contains("the header X-Signature"))
        #expect(words.contains("the rule \"not\": value of payload ref = refs/heads/dev"))
        #expect(words.contains("the regular expression (main|next) for the ref"))
        #expect(words.contains("include-command-output-in-response: bellpull log shows"))
        #expect(words.contains("pre-hook-command: a step runs only after"))
        #expect((hook["text"] as? String)?.contains("path        = \"/srv/site\"") == true)
    }

    @Test(arguments: [
        ("[{\"id\": }]", "hooks.json", "is not JSON"), ("{\"id\": \"x\"}", "hooks.json", "is not a list of hooks"),
        ("- id: [\n", "hooks.yaml", "is not YAML"), ("[]", "hooks.json", "no hook of"),
        ("[{\"id\": \"x\", \"execute-command\": \"/bin/true\"}]", "hooks.json", "could be taken over"),
    ])
    func `refuses a file without hooks`(_ text: String, _ name: String, _ words: String) throws {
        try write(text, to: server.folder(name))
        let result = try server.run(["import", server.folder(name)])
        #expect([.exited(1), .exited(78)].contains(result.ending))
        #expect(NewServer.problems(result).contains { $0.contains(words) }, "\(result.errors)")
        #expect(NewServer.problems(result).contains { $0.hasPrefix("hint: ") })
    }
}
