import Foundation
import TestSupport
import Testing

/// The programs in `examples/notify`, with stand-ins for the programs that send.
@Suite struct `a program of the examples` {
    private static let reason = "<b>bad</b> & \"; touch MARK; $(touch MARK)\nBcc: eve@example.org\n\u{1b}[2J\\"
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let notice = try JSONSerialization.data(withJSONObject: [
            "event": "failed", "site": "blog", "id": 7, "state": "failed", "reason": Self.reason,
            "output": "one\ntwo\n",
            "url": "https://blog.example.com/",
        ])
        try notice.write(to: URL(fileURLWithPath: folder("notice")))
        for name in ["sendmail", "curl", "apprise"] {
            let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" >'\(folder("arguments"))'\ncat >'\(folder("sent"))'\n"
            try Shell.writeExecutable(script, to: folder(name))
        }
    }

    private func run(_ name: String, _ arguments: String...) throws -> (arguments: [String], sent: String) {
        var environment = Repository.environment(home: folder.path)
        environment["PATH"] = "\(folder.path):\(environment["PATH"] ?? "")"
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../examples/notify/\(name)").standardized.path
        let result = try Program.run([path] + arguments, environment: environment, input: .file(folder("notice")))
        #expect(result.ending == .exited(0) && result.errors.isEmpty, "\(result)")
        let words = try text(of: folder("arguments")).split(separator: "\n").map(String.init)
        #expect(!words.joined().contains("MARK"), "what committers write is in no argument")
        return (words, try text(of: folder("sent")))
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `sends a mail, and no header of a committer`() throws {
        let (arguments, sent) = try run("mail", "alice@example.com")
        #expect(arguments == ["-i", "--", "alice@example.com"])
        let parts = sent.components(separatedBy: "\n\n")
        #expect(
            parts[0].split(separator: "\n") == [
                "To: alice@example.com", "Subject: [failed] blog", "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
            ])
        #expect(
            sent.contains("blog: <b>bad</b>") && sent.contains("https://blog.example.com/")
                && sent.hasSuffix("one\ntwo\n\n"))
    }

    @Test func `sends to ntfy`() throws {
        let (arguments, sent) = try run("ntfy", "https://ntfy.example.com", "topic")
        #expect(arguments.last == "https://ntfy.example.com")
        let members = try json(sent)
        #expect(members["topic"] as? String == "topic" && members["title"] as? String == "blog failed")
        #expect(
            members["message"] as? String == Self.reason && members["click"] as? String == "https://blog.example.com/")
    }

    @Test func `sends through Apprise`() throws {
        let (arguments, sent) = try run("apprise", "/etc/bellpull/apprise.conf")
        #expect(arguments == ["--title", "blog failed", "--config", "/etc/bellpull/apprise.conf"])
        #expect(sent == "\(Self.reason)\nhttps://blog.example.com/\n")
    }

    @Test func `sends to Slack, without markup of a committer`() throws {
        let (arguments, sent) = try run("slack", "/etc/bellpull/slack.curl")
        #expect(arguments.suffix(2) == ["--config", "/etc/bellpull/slack.curl"])
        let text = try json(sent)["text"] as? String
        #expect(text?.hasPrefix("blog failed: &lt;b&gt;bad&lt;/b&gt; &amp; \"; touch") == true)
    }

    @Test func `sends to Matrix, once for each notice`() throws {
        let (arguments, sent) = try run("matrix", "https://matrix.example.com", "!room:example.com", "/etc/m.curl")
        let room = "https://matrix.example.com/_matrix/client/v3/rooms/%21room%3Aexample.com"
        #expect(arguments.last?.replacing("!", with: "%21") == "\(room)/send/m.room.message/bellpull-blog-7-failed")
        #expect(try json(sent)["body"] as? String == "blog failed: \(Self.reason)")
    }
}
