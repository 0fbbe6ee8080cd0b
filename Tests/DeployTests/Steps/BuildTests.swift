import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a build` {
    @Test func `writes into the release before it is live, with what it needs to know`() throws {
        let stage = try StepStage(shared: ["data"])
        let site = try stage.site { steps in
            steps.build = .run(
                "mkdir out; env | grep ^BELLPULL_ | sort >out/env; echo $HOME >out/home; cat index.html >out/page")
            steps.test = .run("test -s out/page && pwd >out/folder")
        }
        let first = try stage.blog.head(of: stage.blog.author)
        #expect(try stage.deploy(site).result == .deployed(first))
        let release = try #require(site.liveRelease)
        let folder = "\(stage.stage.path)/releases/\(release)"
        #expect(stage.live("out/page") == "one\n")
        #expect(stage.live("out/folder") == "\(folder)\n")
        #expect(try stage.stage.shell("stat -c %a current/ current/out") == "755\n755\n", "the web server reads it")
        #expect(stage.live("out/home") == "\(stage.stage.path)/cache\n")
        #expect(
            stage.live("out/env") == """
                BELLPULL_BRANCH=main
                BELLPULL_CAUSE=command
                BELLPULL_COMMIT=\(first)
                BELLPULL_DELIVERY=
                BELLPULL_DEPLOYMENT=1
                BELLPULL_FORGE=
                BELLPULL_PREVIOUS_COMMIT=
                BELLPULL_PREVIOUS_RELEASE=
                BELLPULL_RELEASE=\(folder)
                BELLPULL_REPOSITORY=alice/blog
                BELLPULL_SITE=blog
                BELLPULL_TAG=

                """)
        let (second, result) = try stage.push(["index.html": "two\n"], site)
        #expect(result == .deployed(second))
        let text = try #require(stage.live("out/env"))
        #expect(text.contains("BELLPULL_PREVIOUS_COMMIT=\(first)\n"))
        #expect(text.contains("BELLPULL_PREVIOUS_RELEASE=\(folder)\n"))
    }

    @Test(arguments: ["build", "test"]) func `that fails changes nothing`(_ name: String) throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.build = .run(name == "build" ? "cp index.html copy; grep -q good index.html" : "true")
            steps.test = .run("echo looking; grep good index.html")
        }
        let (good, result) = try stage.push(["index.html": "good\n"], site)
        #expect(result == .deployed(good))
        let before = try stage.stage.shell("ls -A releases repository.git/bellpull-releases")
        let (_, bad) = try stage.push(["index.html": "bad\n"], site)
        let failure = try #require(bad?.failure)
        #expect(failure.message == "\(name) failed with exit status 1\(name == "test" ? ": looking" : "")")
        #expect(failure.hint == "bellpull log 2  # shows the output")
        #expect(stage.live("index.html") == "good\n")
        #expect(try stage.stage.shell("ls -A releases repository.git/bellpull-releases") == before)
        let (better, again) = try stage.push(["index.html": "good again\n"], site)
        #expect(again == .deployed(better))
    }

    @Test func `that never ends is ended, with all that it started`() throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.build = .run("setsid sleep 4711 & sleep 4712", within: .milliseconds(500))
        }
        let start = ContinuousClock.now
        let failure = try #require(try stage.deploy(site).result?.failure)
        #expect(failure.message.hasPrefix("build did not end within 0.5 s"), "\(failure.message)")
        #expect(start.duration(to: .now) < .seconds(10))
        #expect(try !Shell.run("pgrep -f 'sleep 471[12]'").isSuccess)
    }

    @Test func `shows no value of the environment file`() throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.variables = ["TOKEN": "s3cr3t-token", "BLOG": "x"]
            steps.build = .run(
                "echo \"$TOKEN\" >token; echo token is $TOKEN, blog is $BLOG; printf s3cr; sleep 0.2; echo 3t-token")
        }
        let record = try stage.deploy(site)
        #expect(record.result?.commit != nil)
        #expect(stage.live("token") == "s3cr3t-token\n")
        #expect(record.output.contains("token is ***, blog is x\n***\n"), "\(record.output)")
        #expect(!record.output.contains("s3cr3t"))
    }

    @Test func `gets files of its own`() throws {
        let stage = try StepStage()
        let plain = try stage.site { _ in }
        try stage.blog.push(["other.html": "theirs\n"])
        _ = try stage.deploy(plain)
        let first = try #require(plain.liveRelease)
        let built = try stage.site { $0.build = .run("echo built >>other.html; sed -i s/two/TWO/ index.html") }
        let (_, result) = try stage.push(["index.html": "two\n"], built)
        #expect(result?.commit != nil)
        #expect(stage.live("other.html") == "theirs\nbuilt\n")
        #expect(try stage.blog.text("\(stage.stage.path)/releases/\(first)/other.html") == "theirs\n")
        // What a build wrote within the second of the checkout does not reach the next release.
        let (_, next) = try stage.push(["third.html": "three\n"], built)
        #expect(next?.commit != nil)
        #expect(stage.live("other.html") == "theirs\nbuilt\n")
        #expect(stage.live("index.html") == "TWO\n")
    }

    @Test func `leaves nothing but the kept releases`() throws {
        let stage = try StepStage()
        let site = try stage.site(keep: 2) { steps in
            steps.build = .run("mkdir -p a/b; date >a/b/c; chmod 0500 a/b a; mkfifo pipe; grep -vq bad index.html")
        }
        for number in 1...6 {
            _ = try stage.push(["index.html": number % 3 == 0 ? "bad\n" : "\(number)\n"], site)
        }
        #expect(stage.live("index.html") == "5\n")
        #expect(stage.stage.folders.count == 2)
    }

    @Test(arguments: [
        ("ln -s /etc/passwd evil", "/etc/passwd"), ("ln -s ../../../secret evil", "../../../secret"),
        ("ln -s /usr/../etc/passwd evil", "/usr/../etc/passwd"), ("ln -s ../../shared/data evil", "../../shared/data"),
    ])
    func `must not make links that leave the release`(_ command: String, target: String) throws {
        let stage = try StepStage(shared: ["data"])
        let site = try stage.site { $0.build = .run("\(command); ln -s /usr/bin/python3 python; ln -s index.html a") }
        let failure = try #require(try stage.deploy(site).result?.failure)
        #expect(failure.message == "the symbolic link evil leads out of the release: \(target)")
        #expect(site.liveRelease == nil)
        let good = try stage.site { $0.build = .run("ln -s /usr/bin/python3 python; ln -s data/x y; ln -s a b") }
        #expect(try stage.deploy(good).result?.commit != nil)
    }

    @Test func `writes its output to a file while it runs`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.build = .run("echo begun; sleep 1; echo ended") }
        let dispatcher = Dispatcher(ledger: stage.home.ledger, limit: 1)
        defer { dispatcher.drain(within: .seconds(10)) }
        dispatcher.request(site, cause: .command, target: nil) { _ in }
        let path = "\(stage.state)/output/blog"
        try #require(Observation.eventually { (try? stage.blog.text(path))?.contains("begun\n") == true })
        #expect(try !stage.blog.text(path).contains("\nended\n"))
        dispatcher.waitUntilIdle()
        #expect(try stage.blog.text(path).contains("\nended\n"))
    }

    @Test func `keeps no second name of a file that goes live`() throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.build = .run(
                """
                test ! -e $HOME/h || echo DEFACED >$HOME/h
                ln -f index.html $HOME/h
                touch -d 2099-01-01 a
                mkdir d && echo >d/$(printf %0250d 0) && ln -f d/* $HOME/long
                """)
            steps.test = .run("test ! -e fail")
        }
        #expect(try stage.deploy(site).result?.commit != nil)
        #expect(try stage.push(["fail": "x\n"], site).result?.failure != nil)
        #expect(stage.live("index.html") == "one\n")
        #expect(
            try stage.stage.shell("stat -c %h current/index.html; test current/a -nt releases && echo later; true")
                == "1\n")
    }

    @Test func `cannot hide a link in a closed folder`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.build = .run("mkdir d; ln -s /etc/passwd d/x; chmod 0 d") }
        #expect(
            try stage.deploy(site).result?.failure?.message
                == "the symbolic link d/x leads out of the release: /etc/passwd")
    }

    @Test func `shows no value of the environment file in a message`() throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.variables = ["TOKEN": "topsecret99"]
            steps.build = .run("ln -s /$TOKEN leak")
        }
        #expect(
            try stage.deploy(site).result?.failure?.message
                == "the symbolic link leak leads out of the release: /***")
    }
}
