import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the step after` {
    @Test func `runs once for each commit that went live`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.after = .run("echo $BELLPULL_COMMIT $BELLPULL_CAUSE >>$HOME/log") }
        var expected = ""
        for number in 1...2 {
            let (commit, result) = try stage.push(["index.html": "\(number)\n"], site)
            #expect(result == .deployed(commit))
            expected += "\(commit) command\n"
        }
        #expect(try stage.deploy(site).result?.commit != nil)
        #expect(try stage.stage.shell("cat cache/log") == expected)
    }

    @Test func `fails the deployment, which stays live`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.after = .run("echo no such host >&2; exit 7") }
        let commit = try stage.blog.head(of: stage.blog.author)
        let failure = try #require(try stage.deploy(site).result?.failure)
        #expect(failure.message == "\(commit.short) is live, but after failed with exit status 7: no such host")
        #expect(site.liveCommit == commit)
    }

    @Test func `runs again if the process was killed before it ended`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.after = .run("echo x >>$HOME/log") }
        let (first, _) = try stage.push(["index.html": "1\n"], site)
        _ = try stage.push(["index.html": "2\n"], site)
        try stage.blog.write("\(first)\n", to: "\(stage.state)/after/blog")
        _ = try stage.deploy(site)
        #expect(try stage.stage.shell("wc -l <cache/log") == "3\n")
    }

    @Test func `cannot write to the live release`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.after = .run("echo defaced >index.html; ls index.html") }
        let record = try stage.deploy(site)
        #expect(record.result?.commit != nil)
        #expect(stage.live("index.html") == "one\n")
        #expect(record.output.contains("Permission denied") || record.output.contains("cannot create"))
    }

    @Test(arguments: [false, true]) func `runs for a clone too`(isMirror: Bool) throws {
        let stage = try StepStage()
        var steps = SiteSteps()
        steps.after = .run(
            "echo $BELLPULL_BRANCH $BELLPULL_COMMIT >>$HOME/log; cat index.html >>$HOME/log; echo x >.git/config; echo y >z; cat .git/config link; ls; true"
        )
        let site = Site(
            name: "blog", path: stage.blog.site, strategy: isMirror ? .mirror : .pull,
            repository: RepositoryName("alice/blog"), follows: RefPattern(branch: "main"), timeout: .seconds(20),
            steps: steps, fence: try stage.fence())
        // A committed link must not open what it leads to.
        try stage.blog.write("password\n", to: "\(stage.state)/key")
        _ = try Shell.run("ln -s \(stage.state)/key \(stage.blog.author)/link")
        let commit = try stage.blog.push(["index.html": "two\n"])
        let record = try stage.deploy(site)
        #expect(record.result == .deployed(commit))
        #expect(record.output.contains("\nindex.html\n"))
        #expect(!record.output.contains("password") && !record.output.contains("[remote"))
        #expect(try stage.blog.text("\(stage.blog.site)/.git/bellpull-home/log") == "main \(commit)\ntwo\n")
        #expect(try stage.blog.git("status", "--porcelain", in: stage.blog.site) == "")
    }

    @Test func `runs for a first commit whose process was killed before`() throws {
        let stage = try StepStage()
        let (first, _) = try stage.push(["index.html": "1\n"], stage.site { _ in })
        let site = try stage.site { $0.after = .run("echo $BELLPULL_COMMIT >>$HOME/log") }
        // The first deployment with the step noted that the site was nowhere, and was killed after the swap.
        mkdir("\(stage.state)/after", 0o755)
        try stage.blog.write("nowhere\n", to: "\(stage.state)/after/blog")
        #expect(try stage.deploy(site).result == .unchanged(first))
        #expect(try stage.stage.shell("cat cache/log") == "\(first)\n")
    }

    @Test func `does not run for a commit that was live before there was a step`() throws {
        let stage = try StepStage()
        let (first, _) = try stage.push(["index.html": "1\n"], stage.site { _ in })
        let site = try stage.site { $0.after = .run("echo x >>$HOME/log") }
        #expect(try stage.deploy(site).result == .unchanged(first))
        #expect(access("\(stage.stage.path)/cache/log", F_OK) != 0)
        #expect(try stage.blog.text("\(stage.state)/after/blog") == "\(first)\n")
    }
}
