@testable import Processes
import Testing

@testable import Deploy
@testable import Git

@Suite struct `the explanation of a git error` {
    private let path = "/srv/blog"

    private func clone() throws -> BranchClone {
        let main = try #require(Branch(name: "main"))
        return BranchClone(
            path: path, branch: main, upstream: main, remote: "origin", trackingRef: "refs/remotes/origin/main",
            repository: try #require(RepositoryName("alice/blog")), gitDirectory: "\(path)/.git",
            commonDirectory: "\(path)/.git", git: try Git(in: path))
    }

    private func failure(_ errors: String, termination: Command.Termination = .exited(1)) throws -> Failure {
        let completion = Command.Completion(termination: termination, output: "", errors: errors)
        return Failure(GitError(arguments: ["pull", "--rebase"], completion: completion), in: path)
    }

    @Test func `lists the untracked files in the way, and moves them`() throws {
        let failure = try failure(
            """
            error: Updating the following directories would lose untracked files in them:
            \tuploads

            error: The following untracked working tree files would be overwritten by checkout:
            \ta.php\n\tb/it's.txt\n\tc\n\td\n\te\n\tf
            Please move or remove them before you switch branches.
            Aborting
            """)
        #expect(failure.message == "untracked files are in the way: uploads, a.php, b/it's.txt, c, d and 2 more")
        #expect(
            failure.hint
                == "install -d -o root /srv/blog.saved && mv --backup=numbered -t /srv/blog.saved /srv/blog/uploads "
                + #"/srv/blog/a.php '/srv/blog/b/it'\''s.txt' /srv/blog/c /srv/blog/d /srv/blog/e /srv/blog/f"#
                + "  # moves the files away; the next push then deploys")
    }

    @Test func `repeats an unknown message`() throws {
        let failure = try failure("fatal: the sky is falling\n", termination: .exited(128))
        #expect(failure.message == "git pull --rebase exited with status 128: fatal: the sky is falling")
        #expect(failure.hint == nil)
    }

    @Test func `names the timeout, whatever git wrote before`() throws {
        let failure = try failure("fatal: unable to access 'x'", termination: .timedOut)
        #expect(failure == Failure("git pull did not finish within the time-out and was ended"))
    }

    @Test func `names the clone in a failure that Bellpull itself found`() throws {
        let clone = try clone()
        for failure in [Failure.conflict(in: clone), .rewritten(clone), .dirty(path)] {
            #expect("\(failure.message) \(failure.hint ?? "")".contains("/srv/blog"))
            #expect(!failure.message.contains("\n") && failure.hint != nil)
        }
    }
}
