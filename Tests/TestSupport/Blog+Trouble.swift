import Foundation
import Git
import Testing

extension Blog {
    /// Adds the blog as a submodule `name` of itself, in the author's clone and the site.
    package func addSubmodule(_ name: String) throws {
        let allowed = [
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
        ]
        try git("submodule", "--quiet", "add", remote, name, in: author, environment: allowed)
        try push([:])
        try git("pull", "--quiet", in: site)
        try git("submodule", "--quiet", "update", "--init", in: site, environment: allowed)
    }

    /// Leaves a rebase of the site's commits half done: at a conflict, or killed by SIGKILL, with its lock. Returns the
    /// state before.
    package func stateBeforeConflict(killed: Bool) throws -> [String] {
        try push(["index.html": "theirs\n"])
        try commit(["index.html": "ours\n"], in: site)
        let before = try state()
        if killed {
            try git("config", "merge.kill.driver", "kill -9 $PPID", in: site)
            try write("index.html merge=kill\n", to: "site/.git/info/attributes")
        }
        #expect(throws: GitError.self) { try git("pull", "--rebase", in: site) }
        guard killed else { return before }
        try FileManager.default.removeItem(atPath: "\(site)/.git/info/attributes")
        // The input of the merge driver.
        for file in try FileManager.default.contentsOfDirectory(atPath: site) where file.hasPrefix(".merge_file_") {
            try FileManager.default.removeItem(atPath: "\(site)/\(file)")
        }
        return before
    }

    /// Starts a `git commit` with an open editor, and waits until the commit holds the lock of the index.
    package func startCommit(lasting time: Duration, in clone: String? = nil) throws -> Running {
        let clone = clone ?? site
        try write("\(UUID())\n", to: "\(clone)/index.html")
        let running = Running {
            try git(
                "commit", "--all", "--quiet", in: clone,
                environment: ["GIT_EDITOR": "sleep \(time / .seconds(1)); echo message >"])
        }
        #expect(Observation.eventually { exists("\(clone)/.git/index.lock") })
        return running
    }
}
