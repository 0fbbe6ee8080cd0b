import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `an audit, reading its logs,` {
    @Test func `counts bad lines, shows them, and goes on`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1)
        try write(
            "1.2.3.4 - - \"GET /\u{1b}]0;x\u{7} HTTP/1.1\"\n" + (try text(of: audited.log)) + "{\"time\":\"2026",
            to: audited.log)
        let (found, result) = try audited.audit()
        #expect(found.agrees && found.bad_line_count == 2 && result.ending == .exited(0))
        #expect(found.bad_lines.map(\.line) == [1, 3])
        #expect(found.bad_lines.map(\.reason) == ["not of the format bellpull", "cut short"])
        let shown = try audited.server.command("audit", audited.log)
        #expect(!shown.output.contains("\u{1b}") && shown.output.contains("warning: 2 bad lines\n"))
    }

    @Test func `fails if it cannot read a log to its end, and says if there was nothing to compare`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        let folder = audited.server.folder
        try write("no line of nginx\n", to: folder("other.log"))
        try write("", to: folder("empty.log"))
        _ = try Shell.run("printf 'x%.0s' $(seq 9999) | gzip -c | head -c 25 >'\(folder("cut.gz"))'")
        for name in ["other.log", "cut.gz"] {
            let result = try audited.server.command("audit", folder(name))
            #expect(result.ending == .exited(1), "\(name)")
            let end = "the log could not be read whole, so it says too little\n"
            #expect(result.output.hasSuffix(end), "\(result.output)")
        }
        let empty = try audited.server.command("audit", folder("empty.log"))
        #expect(empty.ending == .exited(0) && empty.output.hasSuffix("nothing was compared with the ledger\n"))
    }

    @Test func `reads compressed logs and standard input`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        let script = """
            head -1 "$1" | gzip > "$1.2.gz" && tail -1 "$1" > "$1.3"
            exec "$2" audit --json "$1.2.gz" - < "$1.3"
            """
        let result = try Program.run(
            ["sh", "-c", script, "sh", audited.log, try BuiltProgram.path], environment: audited.server.environment)
        let found = try JSONDecoder().decode(AuditOutput.self, from: Data(result.output.utf8))
        #expect(found.agrees && found.compared == 2 && found.not_in_log == 0)
    }

    @Test func `tells how to unpack a compressed log that is no file`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1)
        func audit(_ unpack: String) throws -> Program.Result {
            let line = "\(unpack) | '\(try BuiltProgram.path)' audit -"
            return try Program.run(["sh", "-c", line], environment: audited.server.environment)
        }
        let packed = try audit("gzip -c '\(audited.log)'")
        #expect(packed.ending == .exited(1))
        #expect((packed.output + packed.errors).contains("standard input is compressed, and not a file"), "\(packed)")
        #expect(try audit("gzip -c '\(audited.log)' | zcat").ending == .exited(0))
    }
}
