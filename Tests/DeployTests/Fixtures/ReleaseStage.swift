import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// A blog, and a site with releases of the blog.
final class ReleaseStage: Sendable {
    let blog: Blog
    let strategy: ReleaseStrategy
    let limits = Limits.within(.seconds(60))

    /// The folder of the site.
    var path: String { "\(blog.folder)/www" }

    init(
        follows: RefPattern? = RefPattern(branch: "main"), shared: [String] = [], keep: Int = 5, hasRemote: Bool = true,
        at name: String = "www"
    ) throws {
        blog = try Blog()
        strategy = ReleaseStrategy(
            path: "\(blog.folder)/\(name)", pattern: try #require(follows),
            options: ReleaseOptions(remote: hasRemote ? blog.remote : nil, shared: shared, keep: keep))
    }

    deinit { blog.remove() }

    /// Another strategy for the same folder, as another process would use.
    func other(shared: [String] = [], keep: Int = 5) -> ReleaseStrategy {
        ReleaseStrategy(
            path: path, pattern: strategy.pattern,
            options: ReleaseOptions(remote: blog.remote, shared: shared, keep: keep))
    }

    func deploy(_ strategy: ReleaseStrategy? = nil) -> DeploymentResult {
        (strategy ?? self.strategy).deploy([], limits)
    }

    /// Deploys and tidies, and returns the note.
    func deployAndTidy() throws -> (result: DeploymentResult, note: String?) {
        let locked = try strategy.lock(limits)
        defer { locked.release() }
        let outcome = locked.deploy(.follow, announced: [], limits, Transcript())
        locked.tidy(limits)
        return outcome
    }

    /// The text of the live file at `name`.
    func live(_ name: String) -> String? { try? blog.text("\(path)/current/\(name)") }

    /// The files and folders of `path`, without the lock file.
    var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return all.filter { $0 != "bellpull.lock" }.sorted()
    }

    /// The folders in `releases`, also those that are not complete.
    var folders: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/releases")) ?? []
        return all.filter { !$0.hasSuffix(".json") }.sorted()
    }

    @discardableResult
    func shell(_ script: String) throws -> String {
        let completion = try Shell.command(script, in: path).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        guard completion.isSuccess else { throw Trouble(completion.errors) }
        return completion.output
    }
}
