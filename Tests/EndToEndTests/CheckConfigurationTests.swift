import Foundation
import TestSupport
import Testing

@Suite struct `bellpull check --configuration-only` {
    @Test func `finds a mistake of the files, and nothing else`() throws {
        let checkup = try Checkup()
        try FileManager.default.removeItem(atPath: checkup.clone.path)
        try #require(try checkup.results(["--offline"]).wouldFail)
        let (all, wouldFail) = try checkup.results(["--configuration-only"])
        #expect(!wouldFail && all.map(\.subject) == ["configuration"], "\(all)")

        try checkup.configure("brunch = \"main\"")
        try checkup.finds(
            "error", "configuration", "\(checkup.folder("sites/blog.toml")):2: unknown key brunch",
            hint: "did you mean branch?",
            asking: ["--configuration-only"])
        try checkup.configure("branch = \"main\"")
        try write("timeout = \"soon\"", to: checkup.folder("bellpull.toml"))
        #expect(try checkup.run(["--configuration-only"]).ending == .exited(1))
    }

    @Test(.enabled(if: getuid() == 0, "only root becomes another user"))
    func `reads the files as the service's user, too`() throws {
        let checkup = try Checkup()
        try checkup.giveEverythingToNobody()
        #expect(try checkup.run(["--configuration-only"]).ending == .exited(0))
        chmod(checkup.folder("sites/blog.toml"), 0o600)
        let (all, wouldFail) = try checkup.results(["--configuration-only"])
        #expect(wouldFail && all.contains { $0.message.contains("cannot be read by nobody") }, "\(all)")
    }

    @Test func `takes no site`() throws {
        #expect(try Checkup().run(["--configuration-only", "blog"]).ending == .exited(64))
    }
}
