import Foundation
import TestSupport
import Testing

/// The user who deploys owns a folder on the way to the site, and puts a link there that leads to root's files.
@Suite(.onPlainThreads, .enabled(if: geteuid() == 0, "needs root, whom a link could lead astray"))
struct `root on a way that another user can change` {
    private let server: NewServer

    init() throws {
        server = try NewServer()
        try write("[Service]\nUser=nobody\n", to: server.folder("units/bellpull.service"))
        for name in ["home/sites", "state"] {
            try FileManager.default.createDirectory(
                atPath: server.folder(name), withIntermediateDirectories: true)
        }
        try run(
            "cd '\(server.folder.path)' && chmod 755 . && chown -R nobody: home state forge && mkdir root && "
                + "echo mine >root/file && chmod 755 root")
    }

    private func run(_ script: String) throws {
        let completion = try Shell.run(script)
        guard completion.isSuccess else { throw Trouble("\(script): \(completion.errors)") }
    }

    private func add(_ path: String) throws -> Program.Result {
        try server.run(["add", server.forge.bare, "--name", "blog", "--path", server.folder(path)])
    }

    private func swap() throws {
        try run(
            "cd '\(server.folder("home"))' && mv sites old && ln -s ../root sites && chown -h nobody: sites"
        )
    }

    @Test func `makes no folder in its own name`() throws {
        try swap()
        let result = try add("home/sites/new/deep")
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("cannot create \(server.folder("home/sites/new")): Permission denied"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: server.folder("root")) == ["file"])
    }

    @Test func `adds and removes a site as that user`() throws {
        let added = try add("home/sites/blog")
        #expect(added.ending == .exited(0), "\(added.errors)")
        let removed = try server.run(["remove", "blog", "--files"])
        #expect(removed.ending == .exited(0), "\(removed.errors)")
        #expect(access(server.folder("home/sites/blog"), F_OK) != 0)
    }

    @Test func `removes no files through a link`() throws {
        #expect(try add("home/sites/blog").ending == .exited(0))
        try swap()
        try run("cd '\(server.folder("root"))' && mkdir blog && echo mine >blog/file && chmod 755 blog")
        #expect(try server.run(["remove", "blog", "--files"]).ending == .exited(1))
        #expect(access(server.folder("root/blog/file"), F_OK) == 0)
    }
}
