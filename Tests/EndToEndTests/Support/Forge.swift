import Foundation
import TestSupport

/// A forge: the bare repository `alice/blog.git`, and Alice, who pushes to it.
struct Forge: Sendable {
    /// Where the forge keeps its repositories.
    let root: String
    /// Alice's clone.
    let author: Repository

    /// A forge in `folder`, with one commit on `main`: a page that says `first`.
    init(in folder: TemporaryFolder) throws {
        root = folder("forge")
        author = Repository(path: folder("author"))
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let any = Repository(path: root)
        try any.git("init", "--quiet", "--bare", "--initial-branch=main", "alice/blog.git")
        try any.git("clone", "--quiet", bare, author.path)
        try push("first")
    }

    /// The bare repository.
    var bare: String { "\(root)/alice/blog.git" }

    /// Commits `text` as the site's `page` and pushes it; returns the commit.
    @discardableResult
    func push(_ text: String, page: String = "index.html", branch: String = "main") throws -> String {
        try author.write(text, to: page)
        try author.commit()
        try author.git("push", "--quiet", "origin", "HEAD:refs/heads/\(branch)")
        return try author.head
    }

    /// A clone of the repository, as someone makes it who serves the site.
    func clone(to path: String) throws -> Repository {
        try author.git("clone", "--quiet", bare, path)
        return Repository(path: path)
    }

    /// From now on the repository is not to be found.
    func vanish() throws { try FileManager.default.moveItem(atPath: bare, toPath: "\(bare).away") }

    /// It is found again.
    func comeBack() throws { try FileManager.default.moveItem(atPath: "\(bare).away", toPath: bare) }
}
