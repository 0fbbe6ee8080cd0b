import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a health check` {
    private static let good = HealthCheck(.command(.run("grep -q good index.html")), retries: 0, timeout: .seconds(5))

    @Test func `puts the release before back, and catch-up does not try again`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.health = Self.good }
        let (good, first) = try stage.push(["index.html": "good\n"], site)
        #expect(first == .deployed(good))
        let (bad, result) = try stage.push(["index.html": "bad\n"], site)
        let failure = try #require(result?.failure)
        #expect(failure.message == "health failed with exit status 1; \(good.short) is live again")
        #expect(stage.live("index.html") == "good\n" && site.liveCommit == good)
        #expect(try site.strategy.missedPush(stage.stage.limits) == nil)
        #expect(site.strategy.previousRelease == nil, "a rollback must not lead to what failed")
        // A person may try again.
        #expect(try stage.deploy(site).result?.failure?.message == failure.message)
        let (better, again) = try stage.push(["index.html": "good again\n"], site)
        #expect(again == .deployed(better))
        #expect(bad != better && site.strategy.previousRelease?.commit == good)
    }

    @Test func `of a first release leaves it there`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.health = Self.good }
        let commit = try stage.blog.head(of: stage.blog.author)
        let failure = try #require(try stage.deploy(site).result?.failure)
        #expect(failure.message.hasSuffix("\(commit.short) stays live, because there is no release before"))
        #expect(stage.live("index.html") == "one\n")
    }

    @Test func `is made up for after a kill`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.health = Self.good }
        let (good, _) = try stage.push(["index.html": "good\n"], site)
        let (bad, _) = try stage.push(["index.html": "good 2\n"], site)
        // As if the process had been killed right after the swap, and the page had been bad.
        let live = try #require(site.liveRelease)
        let record = "\(stage.stage.path)/releases/.\(live).json"
        try stage.stage.shell(
            "sed -i 's/}$/,\"unproven\":true}/' releases/.\(live).json; chmod u+w current/index.html; echo broken >current/index.html"
        )
        #expect(try stage.blog.text(record).contains("unproven"))
        let failure = try #require(try stage.deploy(site).result?.failure)
        #expect(failure.message.hasSuffix("\(good.short) is live again"))
        #expect(site.liveCommit == good && bad != good)
    }

    @Test func `is repeated until the application is there`() throws {
        let stage = try StepStage()
        let site = try stage.site { steps in
            steps.health = HealthCheck(
                .command(.run("date +%N >>$HOME/tries; test $(wc -l <$HOME/tries) -ge 4")), retries: 5,
                timeout: .seconds(10))
        }
        #expect(try stage.deploy(site).result?.commit != nil)
        #expect(try stage.stage.shell("wc -l <cache/tries") == "4\n")
    }

    @Test func `waits for the restart of the application`() throws {
        let stage = try StepStage()
        let site = try stage.site(trigger: true) { steps in
            steps.health = HealthCheck(
                .command(.run("grep -q up $HOME/../../state/app")), retries: 0, timeout: .seconds(5))
            steps.readable = [stage.state]
        }
        // What systemd and bellpull-restart@.service do.
        let state = stage.state
        Thread.detachNewThread {
            for _ in 0..<400 {
                if access("\(state)/restart/blog", F_OK) == 0 {
                    unlink("\(state)/restart/blog")
                    usleep(300_000)
                    try? Data("up".utf8).write(to: URL(fileURLWithPath: "\(state)/app"))
                    mkdir("\(state)/restarted", 0o755)
                    try? Data().write(to: URL(fileURLWithPath: "\(state)/restarted/blog"))
                    return
                }
                usleep(10_000)
            }
        }
        #expect(try stage.deploy(site).result?.commit != nil)
        #expect(try stage.blog.text("\(state)/live/blog").count == 41)
        #expect(access("\(state)/restart/blog", F_OK) != 0, "one restart is enough")
    }

    @Test func `never moves a pinned site`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.health = Self.good }
        _ = try stage.push(["index.html": "good\n"], site)
        let (second, _) = try stage.push(["index.html": "good 2\n"], site)
        let live = try #require(site.liveRelease)
        // Killed during the check, then pinned where it is; and the page has become bad since.
        try stage.stage.shell(
            "sed -i 's/}$/,\"unproven\":true}/' releases/.\(live).json; chmod u+w current/index.html; echo bad >current/index.html"
        )
        try site.strategy.setPin(Pin(at: second, release: live, by: "alice", reason: nil), stage.stage.limits)
        _ = try stage.push(["index.html": "good 3\n"], site)
        #expect(site.liveRelease == live)
    }

    @Test func `after a rollback only tells`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.health = Self.good }
        let plain = try stage.site { _ in }
        let (bad, _) = try stage.push(["index.html": "bad\n"], plain)
        let (good, _) = try stage.push(["index.html": "good\n"], site)
        #expect(site.liveCommit == good)
        let (_, record) = try site.rollBack(
            to: .previous, by: "alice", reason: nil, ledger: stage.home.ledger, Cancellation(), Transcript())
        #expect(record.result == .deployed(bad) && site.liveCommit == bad)
        #expect(record.note?.contains("health failed with exit status 1; the site stays there") == true)
    }
}

@Suite(.onPlainThreads) struct `the answer of an address` {
    private func failure(_ answer: String, status: Int = 200, text: String? = nil) throws -> String? {
        let server = try AnsweringServer(answer)
        defer { server.stop() }
        let probe = HealthProbe("http://127.0.0.1:\(server.port)/", status: status, text: text, path: "/usr/bin:/bin")
        return probe.failure(.within(.seconds(3)))?.message.replacing("127.0.0.1:\(server.port)", with: "HOST")
    }

    @Test func `has a status and a text`() throws {
        let page = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nWelcome all\n"
        #expect(try failure(page) == nil)
        #expect(try failure(page, text: "Welcome") == nil)
        #expect(
            try failure(page, text: "Goodbye") == "http://HOST/ answered with 200, but without the text Goodbye")
        #expect(try failure(page, status: 204) == "http://HOST/ answered with 200 instead of 204")
        let redirect = "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/x\r\nContent-Length: 0\r\n\r\n"
        #expect(
            try failure(redirect) == "http://HOST/ answered with 302, to http://elsewhere.example/x instead of 200")
        #expect(try failure(redirect, status: 302) == nil)
        #expect(try failure("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")?.contains("500 instead of 200") == true)
        #expect(try failure("")?.contains("Empty reply") == true)
        let secret = HealthProbe("http://alice:hunter2@127.0.0.1:1/", status: 200, text: nil, path: "/usr/bin:/bin")
        let message = try #require(secret.failure(.within(.seconds(3)))?.message)
        #expect(message.contains("http://***@127.0.0.1:1/") && !message.contains("hunter2"))
    }

    @Test func `is asked for without the address among the arguments`() throws {
        let folder = try TemporaryFolder()
        try Shell.writeExecutable(
            "#!/bin/sh\necho \"$@\" >\(folder("arguments"))\n/usr/bin/tee \(folder("input")) | /usr/bin/curl \"$@\"\n",
            to: folder("curl"))
        let server = try AnsweringServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let address = #"http://alice:hunter2@127.0.0.1:\#(server.port)/?a="b"&c=\d{1,2}"#
        let probe = HealthProbe(address, status: 200, text: nil, path: folder.path)
        #expect(probe.failure(.within(.seconds(5))) == nil)
        let (arguments, input) = try (
            String(contentsOfFile: folder("arguments"), encoding: .utf8),
            String(contentsOfFile: folder("input"), encoding: .utf8)
        )
        #expect(arguments.contains("--config -") && !arguments.contains("hunter2"))
        #expect(input.contains("hunter2"))
    }

    @Test func `may be missing`() {
        let limits = Limits.within(.seconds(3))
        func failure(_ address: String) -> String? {
            HealthProbe(address, status: 200, text: nil, path: "/usr/bin:/bin").failure(limits)?.message
        }
        #expect(failure("http://nowhere.invalid/")?.contains("Could not resolve host") == true)
        #expect(failure("http://127.0.0.1:1/")?.contains("http://127.0.0.1:1/: ") == true)
    }
}

/// Answers every connection with the same bytes.
private final class AnsweringServer: @unchecked Sendable {
    let port: UInt16
    private let socket: Int32

    init(_ answer: String) throws {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else { throw Trouble("no port") }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                var request = [UInt8](repeating: 0, count: 4096)
                _ = read(connection, &request, request.count)
                _ = Array(answer.utf8).withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
                close(connection)
            }
        }
    }

    func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }
}
