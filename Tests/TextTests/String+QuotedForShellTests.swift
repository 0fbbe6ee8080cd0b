import Foundation
import Testing
import Text

@Suite struct `text quoted for the shell` {
    @Test(arguments: ["/srv/blog", "origin/docs-next_1.2", "user@host:22,x=y%z", "/srv/grün"])
    func `stays as it is without special characters`(_ text: String) {
        #expect(text.quotedForShell == text)
    }

    @Test(arguments: [
        "", " ", "/srv/my blog", "$(touch /tmp/x)", "it's", "''", "a\"b", "a\\b", "a\nb", "~", "*", "#x", "a;b", "`id`",
        "!x", "<url>", "a&b", "{a,b}", "/srv/blog", "/srv/grün",
    ])
    func `is one word to the shell`(_ text: String) throws {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "printf '<%s>' \(text.quotedForShell)"]
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: output, as: UTF8.self) == "<\(text)>")
    }

    @Test func `is one word to the shell even when empty`() throws {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "set -- \("".quotedForShell); printf %s $#"]
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: output, as: UTF8.self) == "1")
    }
}
