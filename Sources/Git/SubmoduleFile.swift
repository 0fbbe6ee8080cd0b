internal import Processes

/// The URLs in the file `.gitmodules` of a commit (gitmodules(5)). Every other key is ignored.
struct SubmoduleFile {
    private var urls: [String: String] = [:]

    /// Reads the file from the repository of `git`, never from a work tree.
    init(of commit: Commit, in git: Git, _ limits: Limits) throws {
        let arguments = ["config", "--blob", "\(commit):.gitmodules", "--no-includes", "-z", "--list"]
        let completion = try git.run(arguments, limits)
        guard completion.isSuccess else {
            let error = GitError(arguments: arguments, completion: completion)
            guard case .exited = completion.termination else { throw error }
            throw SubmoduleError(
                "the file .gitmodules of \(commit.short) cannot be read: \(error.firstLine)",
                hint: "correct the file, commit and push")
        }
        var (paths, found): ([String: String], [String: String]) = ([:], [:])
        for entry in completion.outputBytes.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self),
                let value = String(validating: parts[1], as: UTF8.self), name.hasPrefix("submodule.")
            else { continue }
            if name.hasSuffix(".path") { paths[String(name.dropLast(5))] = value }
            if name.hasSuffix(".url") { found[String(name.dropLast(4))] = value }
        }
        for (name, path) in paths { if let url = found[name] { urls[path] = url } }
    }

    /// Returns the URL of the submodule at `path`; `nil` if the file has none.
    func url(ofSubmoduleAt path: String) -> String? { urls[path] }
}
