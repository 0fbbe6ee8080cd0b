import Foundation
import Testing

/// A hook of the server in `ConfiguredServer.withHooks()`.
struct BaitedHook: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let target: String
    let secret: String

    static let all = [
        BaitedHook(
            testDescription: "the shared hook", target: "/github",
            secret: "whsec_YSBzZWNyZXQgdGhhdCBzaXRlcyBzaGFyZQ=="),
        BaitedHook(
            testDescription: "a site's own hook", target: "/github/own",
            secret: "whsec_YSBzZWNyZXQgb2Ygb25lIHNpdGUncyBvd24="),
    ]
}

extension ConfiguredServer {
    /// Starts a server with the hooks of `BaitedHook`: the site `blog` has the shared hook, the site `own` its own.
    static func withHooks() throws -> ConfiguredServer {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        for (hook, name) in zip(BaitedHook.all, ["secret", "own.secret"]) {
            try write(hook.secret, to: server.folder("etc/\(name)"))
            chmod(server.folder("etc/\(name)"), 0o600)
        }
        _ = try server.forge.clone(to: server.folder("sites/own"))
        try server.configure(site: "own", "branch = \"main\"\nsecret_file = \"\(server.folder("etc/own.secret"))\"")
        try server.start()
        return server
    }
}
