import Foundation
import Testing

@Suite struct `a secret in a file` {
    let server: ConfiguredServer

    init() throws { server = try ConfiguredServer(["blog": "branch = \"main\""], started: false) }

    @Test(arguments: [("", "is empty"), ("\n", "is empty"), (" \t\n", "is empty"), ("x\n", "has only 1 byte")])
    func `keeps Bellpull from starting if it is empty or a single byte`(_ text: String, problem: String) throws {
        let shared = server.folder("etc/secret")
        try write(text, to: shared)
        try refuses(because: "\(server.folder("etc/bellpull.toml")):1: the secret file \(shared) \(problem)")
    }

    @Test(arguments: [("", "is empty"), ("\n", "is empty"), (" \t\n", "is empty"), ("x\n", "has only 1 byte")])
    func `of a single site closes the hook of the site if it is empty or a single byte`(
        _ text: String, problem: String
    ) throws {
        let own = server.folder("etc/own.secret")
        try write(text, to: own)
        try server.configure(site: "blog", "secret_file = \"\(own)\"")
        try server.start()
        let place = "\(server.folder("etc/sites/blog.toml")):3"
        #expect(try server.bellpull.log.contains("error \(place): the secret file \(own) \(problem)\n"))
        for secret in ["", "x", GitHubDelivery.secret] {
            let delivery = try GitHubDelivery(event: "ping", body: "{}", secret: secret.isEmpty ? " " : secret)
            #expect(try server.post(delivery, to: "/github/blog").status == 503)
        }
    }

    @Test func `causes a warning if everybody can read it`() throws {
        let secret = server.folder("etc/secret")
        chmod(secret, 0o644)

        try server.start()

        let warning = "the secret file \(secret) is readable by all users"
        #expect(try server.bellpull.log.contains(warning))
        #expect(try !server.bellpull.log.contains(GitHubDelivery.secret))
        let checked = try server.command("check").output
        #expect(checked.contains(warning) && checked.contains("chmod 640 \(secret)"))
        #expect(try server.post(.push(of: server.forge.push("second")))["Bellpull-Outcome"] == "deployed")
    }

    private func refuses(because reason: String) throws {
        let socket = server.folder("bellpull.sock")
        let result = try server.command("serve", "--socket", socket)
        #expect(result.ending == .exited(78))
        #expect(result.errors.contains("bellpull: error: \(reason)\n"), "\(result.errors)")
        #expect(result.errors.contains("\nbellpull: hint: generate a secret and enter it"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: socket))
    }
}
