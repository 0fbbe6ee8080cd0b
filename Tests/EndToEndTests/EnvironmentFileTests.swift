import Foundation
import TestSupport
import Testing

@Suite struct `one site in the service's environment file` {
    /// Whether this process may give a command another /etc.
    private static let canMount = (try? Shell.run("unshare --mount mount -t tmpfs none /etc").termination) == .exited(0)

    @Test(.enabled(if: canMount, "only root gives a command another /etc"))
    func `is known to every command at a terminal`() throws {
        let folder = try TemporaryFolder()
        let forge = try Forge(in: folder)
        let clone = try forge.clone(to: folder("blog"))
        let commit = try forge.push("second")
        try write(
            "# one site\nGITHUB_SECRET=\"\(GitHubDelivery.secret)\"\nREPO_PATH='\(clone.path)'\n",
            to: folder("etc/bellpull/environment"))
        _ = try Shell.run("cp /etc/passwd /etc/group /etc/nsswitch.conf \(folder("etc")); mkdir \(folder("state"))")
        func run(_ arguments: String...) throws -> Program.Result {
            let script = "mount --bind \(folder("etc")) /etc && exec \"$@\""
            let environment = Repository.environment(home: folder.path).merging(["STATE_DIRECTORY": folder("state")]) {
                $1
            }
            return try Program.run(
                ["unshare", "--mount", "sh", "-c", script, "sh", try BuiltProgram.path] + arguments,
                environment: environment)
        }

        let check = try run("check", "--offline")
        #expect(check.ending == .exited(0), "\(check)")
        #expect(check.output.contains("REPO_PATH: 1 site"))
        #expect(try run("deploy", "blog").output.hasPrefix("deployed \(commit.prefix(6))"))
        let status = try run("status").output
        #expect(
            status.contains("blog") && status.contains(commit.prefix(6)) && status.contains("deployed"), "\(status)")
        #expect(try run("history", "blog").output.contains(commit.prefix(6)))
        #expect(try run("deploy", "shop").errors.contains("configured sites: blog"))
    }
}
