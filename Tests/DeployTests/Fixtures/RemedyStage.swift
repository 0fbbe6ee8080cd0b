import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy
@testable import Text

/// A blog that cannot be deployed, and root, who pastes the remedy.
///
/// The remedy is for a service that runs as root or as nobody. The deployments are root's in both cases: a test cannot
/// become another user and back. While root pastes a remedy for nobody, everything belongs to nobody.
final class RemedyStage {
    /// The users of the service.
    static let users = ["root", "nobody"]

    let blog: Blog
    let user: String
    let limits = Limits.within(.seconds(60))

    init(for user: String) throws {
        blog = try Blog()
        self.user = user
        #expect(chmod(blog.folder, 0o755) == 0)
    }

    deinit { blog.remove() }

    /// Deploys, and returns the failure, with a remedy for the service's user.
    func failure(of strategy: some Strategy, sourceLocation: SourceLocation = #_sourceLocation) throws -> Failure {
        let result = ServiceUser.$assumed.withValue(ServiceUser(name: user)) { strategy.deploy([], limits) }
        return try #require(result.failure, sourceLocation: sourceLocation)
    }

    /// Runs the remedy of `failure` as root, and expects success.
    func paste(_ failure: Failure, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try paste(try #require(failure.hint, sourceLocation: sourceLocation), sourceLocation: sourceLocation)
    }

    /// Runs `hint` as root. `HOME` is the folder `home` of the blog, and `bin` comes first in `PATH`.
    func paste(
        _ hint: String, expecting status: Int32 = 0, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let completion = try run(hint, environment)
        #expect(
            completion.termination == .exited(status), "\(hint)\n\(completion.output)\(completion.errors)",
            sourceLocation: sourceLocation)
    }

    /// Runs `hint` as root, whatever its exit status.
    @discardableResult
    func run(_ hint: String, _ environment: [String: String] = [:]) throws -> Command.Completion {
        try give(to: user)
        defer { try? give(to: "root") }
        let path = "\(blog.folder)/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let variables = ["PATH": path, "HOME": "\(blog.folder)/home", "LC_ALL": "C"].merging(environment) { $1 }
        return try Shell.command(hint, [], in: "/", variables).run(
            until: .now + .seconds(60), cancellation: Cancellation())
    }

    /// Expects that the next push is deployed.
    func expectRecovery(of strategy: some Strategy, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let name = "\(UUID()).html"
        try blog.push([name: "good\n"])
        let result = strategy.deploy([], limits)
        #expect(result.failure == nil, sourceLocation: sourceLocation)
        #expect(blog.exists("site/\(name)"), sourceLocation: sourceLocation)
    }

    /// Deploys in vain, pastes the remedy, and expects that the next push is deployed.
    func leadsOut(
        _ strategy: some Strategy, of message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let failure = try failure(of: strategy, sourceLocation: sourceLocation)
        #expect(failure.message.hasPrefix(message), "\(failure.message)", sourceLocation: sourceLocation)
        try paste(failure, sourceLocation: sourceLocation)
        try expectRecovery(of: strategy, sourceLocation: sourceLocation)
    }

    private func give(to user: String) throws {
        guard user != "root" || self.user != "root" else { return }
        let completion = try Shell.command("chown -R \"$1\": \"$2\"", [user, blog.folder]).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        guard completion.isSuccess else { throw Trouble(completion.errors) }
    }
}
