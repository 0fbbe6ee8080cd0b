public import Foundation
public import Processes

/// Saving and discarding a person's work. The caller must hold the site's lock.
///
///     HEAD, with edits ── discardWork ──→ at the saved commit, clean ── checkOut ──→ at the target
///            ↑                                   │
///            └────────── takeBack ───────────────┘
///
/// After `discardWork` the files are still as the person left them, but HEAD is at the commit with the edits. So `checkOut` loses
/// nothing: git refuses to overwrite an edit that was made in between.
extension DetachedClone {
    private static let identity = ["-c", "user.name=Bellpull", "-c", "user.email=bellpull@localhost"]

    /// Saves the edits of tracked files, staged or not, and moves HEAD to the commit with the edits. Without edits, saves the
    /// commit of HEAD and moves nothing. Runs no hook, and leaves the person's stash alone.
    ///
    /// Holds git's lock of the index, so no other git can change the index meanwhile.
    ///
    /// - Parameters:
    ///   - hasEdits: whether there are edits.
    ///   - willMove: called when the work is saved, before HEAD moves.
    /// - Throws: `GitError`, and moves nothing, if the work cannot be saved.
    public func discardWork(
        hasEdits: Bool, at time: Date = Date(), _ limits: Limits, willMove: (DiscardedWork) -> Void
    ) throws(GitError) {
        guard let head else { return }
        guard hasEdits else { return willMove(try save(head, over: head, at: time, limits)) }
        let index = "\(gitDirectory)/index"
        let lock = "\(index).lock"
        guard WorkTreeFile.copy(Array(index.utf8CString), to: Array(lock.utf8CString)) else {
            throw cannotSave("cannot create \(lock): \(String(cString: strerror(errno)))")
        }
        var isInPlace = false
        defer { if !isInPlace { unlink(lock) } }
        // Left by a killed git that worked on the copy.
        unlink("\(lock).lock")
        let commit = try commitEdits(over: head, git.using(index: lock), limits)
        let work = try save(commit, over: head, at: time, limits)
        willMove(work)
        try moveHead(to: commit, from: head, "save the local edits", limits)
        guard rename(lock, index) == 0 else {
            throw cannotSave("cannot replace \(index): \(String(cString: strerror(errno)))")
        }
        isInPlace = true
    }

    /// Commits the tracked files as they are, with the index of `copy`, and returns the commit. `copy` then has an index of
    /// these files.
    private func commitEdits(over head: Commit, _ copy: Git, _ limits: Limits) throws(GitError) -> Commit {
        let staged = try copy.output(of: ["write-tree"], limits)
        let options = ["-z", "--name-only", "--ignore-submodules", "HEAD", "--"]
        let names = try copy.outputBytes(of: ["diff-index"] + options, limits)
        let list = "\(gitDirectory)/bellpull.paths"
        defer { unlink(list) }
        guard FileManager.default.createFile(atPath: list, contents: Data(names)) else {
            throw cannotSave("cannot write \(list): \(String(cString: strerror(errno)))")
        }
        let arguments = ["update-index", "-z", "--add", "--remove", "--stdin"]
        let completion = try copy.run(arguments, limits, input: list)
        guard completion.isSuccess else { throw GitError(arguments: arguments, completion: completion) }
        let tree = try copy.output(of: ["write-tree"], limits)
        let index = try commit(staged, over: [head], "The index of the local edits", limits)
        return try commit(tree, over: [head, index], "Local edits", limits)
    }

    private func commit(
        _ tree: String, over parents: [Commit], _ message: String, _ limits: Limits
    ) throws(GitError) -> Commit {
        let options = parents.flatMap { ["-p", $0.description] } + ["--no-gpg-sign", "-m", message]
        guard let commit = Commit(try git.output(of: Self.identity + ["commit-tree"] + options + [tree], limits)) else {
            throw cannotSave("git commit-tree names no commit")
        }
        return commit
    }

    /// Creates a reference to `commit` with a name of its own.
    private func save(
        _ commit: Commit, over head: Commit, at time: Date, _ limits: Limits
    ) throws(GitError) -> DiscardedWork {
        let name = DiscardedWork.name(at: time)
        let taken = Set(try discardedRefs(limits))
        let names = [name] + (2...taken.count + 2).map { "\(name)-\($0)" }
        let ref = names.first { !taken.contains($0) } ?? name
        // An empty old value: the reference must not exist.
        _ = try git.output(of: ["update-ref", ref, commit.description, ""], limits)
        return DiscardedWork(ref: ref, commit: commit, head: head)
    }

    /// Moves HEAD back to where it was before `discardWork`, and puts the index back. The files stay as they are, so they are
    /// the person's edits again.
    ///
    /// - Parameter before: where HEAD pointed; `nil` for the commit alone.
    public func takeBack(
        _ saved: Commit, to before: Position? = nil, _ limits: Limits
    ) throws(GitError) {
        let names = try git.output(of: ["rev-parse", "\(saved)^1", "\(saved)^2"], limits).split(separator: "\n")
        guard names.count == 2, let commit = Commit(names[0]), let index = Commit(names[1]) else {
            throw cannotSave("\(saved) has no parents")
        }
        let reason = "take the local edits back"
        if let branch = before?.branch {
            _ = try git.output(of: ["symbolic-ref", "-m", "bellpull: \(reason)", "HEAD", branch], limits)
        } else {
            try moveHead(to: commit, from: nil, reason, limits)
        }
        _ = try git.output(of: ["read-tree", index.description], limits)
        // Exits with 1 if files differ from the index, as edits do.
        _ = try git.run(["update-index", "-q", "--refresh"], limits)
    }

    /// Removes the reference of `work`, which is in the work tree again.
    public func forget(_ work: DiscardedWork, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["update-ref", "-d", work.ref, work.commit.description], limits)
    }

    /// Removes the references to discarded work that are older than `time`.
    public func removeDiscardedWork(before time: Date, _ limits: Limits) throws(GitError) {
        let oldest = DiscardedWork.name(at: time)
        for ref in try discardedRefs(limits) where ref < oldest {
            _ = try git.output(of: ["update-ref", "-d", ref], limits)
        }
    }

    private func discardedRefs(_ limits: Limits) throws(GitError) -> [String] {
        try git.output(of: ["for-each-ref", "--format=%(refname)", DiscardedWork.folder], limits)
            .split(separator: "\n").map(String.init)
    }

    private func moveHead(
        to commit: Commit, from old: Commit?, _ reason: String, _ limits: Limits
    ) throws(GitError) {
        let arguments = ["update-ref", "--no-deref", "-m", "bellpull: \(reason)", "HEAD", commit.description]
        _ = try git.output(of: arguments + (old.map { [$0.description] } ?? []), limits)
    }

    private func cannotSave(_ message: String) -> GitError {
        GitError(arguments: ["commit-tree"], termination: nil, message: "the local edits cannot be saved: \(message)")
    }
}
