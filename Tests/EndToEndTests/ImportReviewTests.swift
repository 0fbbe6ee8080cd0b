import Foundation
import TestSupport
import Testing

/// Hooks whose sites Bellpull would refuse, or that only webhook can read.
@Suite struct `bellpull import reviews each hook` {
    private let server: NewServer

    init() throws { server = try NewServer() }

    /// A hook with a signature, a branch and a repository.
    private func hook(
        _ id: String = "blog", in folder: String, repository: String = "alice/blog", ref: String = "refs/heads/main",
        secret: String = "a secret of the hook", runs command: String = "/opt/deploy"
    ) -> [String: Any] {
        func match(_ name: String, _ value: String) -> [String: Any] {
            ["match": ["type": "value", "value": value, "parameter": ["source": "payload", "name": name]]]
        }
        let signature: [String: Any] = [
            "type": "payload-hmac-sha256", "secret": secret,
            "parameter": ["source": "header", "name": "X-Hub-Signature-256"],
        ]
        return [
            "id": id, "execute-command": command, "command-working-directory": folder,
            "trigger-rule": [
                "and": [["match": signature], match("ref", ref), match("repository.full_name", repository)]
            ],
        ]
    }

    private func write(_ hooks: [[String: Any]]) throws {
        try EndToEndTests.write(
            String(decoding: try JSONSerialization.data(withJSONObject: hooks), as: UTF8.self),
            to: server.folder("hooks.json"))
    }

    private func imported(_ hooks: [[String: Any]]) throws -> [[String: Any]] {
        try write(hooks)
        let output = try server.run(["import", server.folder("hooks.json"), "--json"]).output
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]])
    }

    private func left(_ hook: [String: Any]) -> String { (hook["left"] as? [String] ?? []).joined(separator: "\n") }

    private func exists(_ name: String) -> Bool { access(server.folder(name), F_OK) == 0 }

    @Test func `writes only the sites that the service accepts`() throws {
        try EndToEndTests.write(
            "path = \"\(server.folder("srv/taken"))\"\nsecret_file = \"/x\"\n",
            to: server.folder("etc/sites/taken.toml"))
        let hooks = try imported([
            hook("good", in: server.folder("srv/good")),
            hook("short", in: server.folder("srv/short"), repository: "blog"),
            hook("second", in: server.folder("srv/taken")),
            hook("twin", in: server.folder("srv/good/")),
            hook("a b", in: server.folder("srv/ab")), hook("a/b", in: server.folder("srv/ab2")),
            hook("inner", in: server.folder("srv/good/inner")),
        ])
        let problems = Dictionary(
            uniqueKeysWithValues: hooks.map { ($0["id"] as? String ?? "", $0["problem"] as? String) })
        #expect(problems["good"] == .some(nil) && problems["a b"] == .some(nil) && problems["inner"] == .some(nil))
        #expect(problems["short"]??.contains("repository is not OWNER/NAME: blog") == true)
        #expect(problems["second"]??.contains("is already the clone of site taken") == true)
        #expect(problems["twin"]??.contains("is already the clone of site good") == true)
        #expect(problems["a/b"] == "another hook becomes the site a-b, too")
        #expect(left(try #require(hooks.last)).contains("is inside the clone of site good"))

        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.errors.contains("wrote 3 sites; could not take over 4 hooks"))
        #expect(result.output.contains("short: could not be taken over: "))
        #expect(exists("etc/sites/good.toml") && !exists("etc/sites/short.toml") && !exists("etc/short.secret"))
        let check = try server.run(["check", "--configuration-only"])
        let errors = (check.output + check.errors).split(separator: "\n").filter {
            !$0.contains("/x") && $0.contains("error")
        }
        #expect(errors.allSatisfy { !$0.contains(".toml") }, "\(errors)")
    }

    @Test(arguments: [
        "/", "/etc", "/etc/nginx", "/usr", "/usr/local/bin", "/var", "/home", "/home/alice", "/srv/../etc", "/tmp/",
        "//usr/lib",
    ])
    func `takes no folder of the system`(_ folder: String) throws {
        let hook = try #require(try imported([hook(in: folder)]).first)
        #expect((hook["problem"] as? String)?.contains("of the system") == true || folder == "/home/alice")
        #expect(hook["text"] == nil && hook["problem"] != nil)
        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(1) && !exists("etc/sites/blog.toml"))
    }

    @Test func `follows a link to a folder of the system`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: server.folder("srv/link"), withDestinationPath: "/usr/share")
        let hooks = try imported([
            hook("a", in: server.folder("srv/link")), hook("b", in: server.folder("srv/link/doc")),
            hook("c", in: "/var/www"), hook("d", in: "/usr/local/site"), hook("e", in: "/home/alice/site"),
        ])
        #expect(hooks.map { $0["problem"] != nil } == [true, true, false, false, false])
    }

    @Test func `leaves out a folder that only the shell knows`() throws {
        try EndToEndTests.write("#!/bin/sh\ncd /srv/$1 && git pull\n", to: server.folder("deploy.sh"))
        let hook = try #require(try imported([hook(in: "", runs: server.folder("deploy.sh"))]).first)
        #expect((hook["text"] as? String)?.contains("path        = \"/srv/blog\"") == true)
    }

    @Test func `takes no template for a value`() throws {
        let template = "{{ getenv \"X\" }}"
        let hooks = try imported([
            hook("folder", in: template, runs: "/opt/\(template)"), hook("name-\(template)", in: "/srv/a"),
            hook("repository", in: "/srv/b", repository: template),
            hook("ref", in: "/srv/c", ref: "refs/heads/\(template)"),
            hook("secret", in: "/srv/d", secret: template), hook("open", in: "/srv/e", ref: "refs/heads/{{ x"),
            hook("part", in: "/srv/\(template)/x"),
        ])
        for hook in hooks {
            let text = hook["text"] as? String ?? ""
            #expect(!text.contains("{{") && !text.contains("BELLPULL") && !text.contains("getenv"), "\(text)")
            let words = left(hook) + (hook["problem"] as? String ?? "")
            #expect(words.contains("template"), "\(words)")
        }
        #expect(hooks.map { $0["text"] != nil } == [true, false, true, true, true, true, true])
        #expect(left(hooks[2]).contains("value of payload repository.full_name = {{ getenv \"X\" }}, a template"))
    }

    @Test(arguments: [
        "[{{ if eq 1 1 }}{\"id\": \"a\"}{{ end }}]", "{{ range .x }}\n- id: a\n  x: [\n{{ end }}\n",
    ])
    func `says that a file cannot be read without webhook`(_ text: String) throws {
        try EndToEndTests.write(text, to: server.folder("hooks.conf"))
        let result = try server.run(["import", server.folder("hooks.conf")])
        #expect(result.ending == .exited(78))
        #expect(
            NewServer.problems(result).first?.contains("is a template (webhook -template)") == true, "\(result.errors)")
    }

    @Test func `shows no control character`() throws {
        let odd = "a\u{9b}31m\u{202e}b\u{1b}[2J\u{e0001}"
        let both: [String: Any] = [
            "id": "two", "execute-command": "/x/\(odd)",
            "trigger-rule": [
                "or": ["x/\(odd)", "y/z"].map {
                    [
                        "match": [
                            "type": "value", "value": $0,
                            "parameter": ["source": "payload", "name": "repository.full_name"],
                        ]
                    ]
                }
            ],
        ]
        try write([
            hook(odd, in: "/srv/\(odd)", ref: "refs/heads/\(odd)", runs: "/opt/\(odd)"), both,
            hook("c", in: "/srv/c", ref: "refs/heads/a\u{202e}"),
        ])
        let result = try server.run(["import", server.folder("hooks.json")])
        let shown = result.output + result.errors
        #expect(shown.contains("\\u{202e}"))
        #expect(
            shown.unicodeScalars.allSatisfy {
                $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
            })
    }

    /// Nine levels, each of which repeats the level before nine times.
    private static func bomb(_ first: String, _ level: (String) -> String) -> [String] {
        ["a0: &a0 \(first)"]
            + (1...9).map { index in
                let aliases = Array(repeating: "*a\(index - 1)", count: 9).joined(separator: ", ")
                return "a\(index): &a\(index) \(level(aliases))"
            }
    }

    @Test(arguments: [
        (bomb("[x, x]") { "[\($0)]" }, "more than 100,000 values"),
        (bomb("{k: v}") { "{<<: [\($0)]}" }, "more than 100,000 values"),
        ([String(repeating: "[", count: 200) + String(repeating: "]", count: 200)], "100 levels"),
        ([String(repeating: "[", count: 100_000)], "100 levels"),
        (["- &a [*a]"], "contains itself"),
    ])
    func `limits what a file in YAML can ask for`(_ lines: [String], _ words: String) throws {
        try EndToEndTests.write("# \n" + lines.joined(separator: "\n") + "\n", to: server.folder("hooks.yaml"))
        let start = ContinuousClock.now
        let result = try server.run(["import", server.folder("hooks.yaml")])
        #expect(result.ending == .exited(1))
        let problems = NewServer.problems(result)
        #expect(problems.count == 2 && problems[0].contains(words), "\(result.errors)")
        #expect(ContinuousClock.now - start < .seconds(25))
    }

    @Test func `expands a modest alias`() throws {
        try EndToEndTests.write(
            """
            - &base {id: a, execute-command: /x, command-working-directory: /srv/a, trigger-rule: {match: {type: value, value: refs/heads/main, parameter: {source: payload, name: ref}}}}
            - {<<: *base, id: b, command-working-directory: /srv/b}
            """, to: server.folder("hooks.yaml"))
        let result = try server.run(["import", server.folder("hooks.yaml"), "--write"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(exists("etc/sites/a.toml") && exists("etc/sites/b.toml"))
    }

    @Test(arguments: ["/dev/zero", "pipe"]) func `never reads a device or a pipe`(_ name: String) throws {
        let path = name == "pipe" ? server.folder(name) : name
        if name == "pipe" { #expect(mkfifo(path, 0o600) == 0) }
        let result = try server.run(["import", path])
        #expect(result.ending == .exited(1) && result.errors.contains("is a pipe, a socket or a device"))
        #expect(try imported([hook(in: "/srv/x", runs: path)]).first?["text"] != nil)
    }
}
