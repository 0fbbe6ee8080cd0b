public import Processes
internal import Foundation

extension BranchClone {
    /// A rebase that stopped for a person to act, and is left to that person; `nil` if there is none.
    public var stoppedRebase: Occupied? {
        guard hasUnfinishedRebase, isStoppedForPerson else { return nil }
        return Occupied(
            message: "a rebase is going on in \(path)", hint: "finish it, or git -C \(path) rebase --abort")
    }

    /// A part of the repository that a pull writes to and this user may not; `nil` if there is none.
    public var unwritable: String? { references.unwritable }

    /// Whether a rebase stopped for a conflict, or where its list says so (git-rebase(1), "INTERACTIVE MODE"): a pull's
    /// list has only picks. One that applies patches does not tell.
    private var isStoppedForPerson: Bool {
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(gitDirectory)/\(name)") }
        let done = FileManager.default.contents(atPath: "\(gitDirectory)/rebase-merge/done") ?? Data()
        return exists("rebase-merge/stopped-sha") || exists("rebase-apply")
            || !done.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.starts(with: "pick ".utf8) }
    }
}

extension DetachedClone {
    /// A part of the repository that a fetch writes to and this user may not; `nil` if there is none.
    public var unwritable: String? { references.unwritable }

    /// The repository that the remote is; `nil` if its URL does not end in an owner and a name.
    public func repository(_ limits: Limits) throws(GitError) -> RepositoryName? {
        RepositoryName(url: try git.output(of: ["remote", "get-url", "--", remote], limits))
    }
}
