import Foundation
import TestSupport

/// A forge with the bare repository `alice/blog.git`, and the clone of its author Alice.
struct Forge: Sendable {
    /// The folder of the repositories.
    let root: String
    /// Alice's clone.
    let author: Repository

    /// Makes a forge in `folder` with a commit on `main`: a page with the text `first`.
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

    /// Commits `text` as the site's `page`, pushes, and returns the commit.
    @discardableResult
    func push(_ text: String, page: String = "index.html", branch: String = "main") throws -> String {
        try author.write(text, to: page)
        try author.commit()
        try author.git("push", "--quiet", "origin", "HEAD:refs/heads/\(branch)")
        return try author.head
    }

    /// Commits `text` as the site's page without a push, and returns the commit.
    func commit(_ text: String) throws -> String {
        try author.write(text, to: "index.html")
        try author.commit()
        return try author.head
    }

    /// Pushes the commits of `main`.
    func push() throws { try author.git("push", "--quiet", "--force", "origin", "HEAD:refs/heads/main") }

    /// Clones the repository for a site.
    func clone(to path: String) throws -> Repository {
        try author.git("clone", "--quiet", bare, path)
        return Repository(path: path)
    }

    /// Moves the repository away.
    func vanish() throws { try FileManager.default.moveItem(atPath: bare, toPath: "\(bare).away") }

    /// Moves the repository back.
    func comeBack() throws { try FileManager.default.moveItem(atPath: "\(bare).away", toPath: bare) }
}
