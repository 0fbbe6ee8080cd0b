import AccessLog
import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `reading access logs` {
    @Test func `gives the lines in their order, and the times of the first and the last`() throws {
        let log = try SampleLog([Sample(site: "a"), Sample(time: "2026-11-24T11:03:08+01:00", site: "b")])
        let (lines, summary) = try log.read(now: .distantFuture)
        #expect(lines.map(\.site) == ["a", "b"])
        #expect(summary.lines == 2 && summary.bad == 0 && summary.future == 0 && !summary.isPartial)
        #expect(summary.first == lines[0].time && summary.last == lines[1].time && summary.problems.isEmpty)
    }

    @Test func `counts bad lines, keeps their beginnings, and goes on`() throws {
        let good = Array("\(Sample().text)\n".utf8)
        var bytes = good
        bytes += Array(#"1.2.3.4 - - [24/Nov/2026:11:03:07 +0100] "GET / HTTP/1.1" 200"#.utf8) + [0x0a]
        bytes += good + Array("\u{1b}[31mred \u{202e}\n".utf8)
        bytes += [0xff, 0xfe, 0x0a] + good
        bytes += [UInt8](repeating: 0x61, count: 1 << 20) + [0x0a] + good
        bytes += Array(Sample().text.utf8.prefix(100))
        let (lines, summary) = try SampleLog(bytes).read()
        #expect(lines.count == 4 && summary.lines == 4 && summary.bad == 5)
        #expect(summary.badLines.map(\.number) == [2, 4, 5, 7, 9])
        #expect(
            summary.badLines.map(\.reason) == [
                "not of the format bellpull", "not of the format bellpull", "not UTF-8", "longer than 65536 bytes",
                "cut short",
            ])
        #expect(summary.badLines[0].beginning.hasPrefix("1.2.3.4 - -"))
        #expect(summary.badLines[1].beginning == #"\u{1b}[31mred \u{202e}"#)
        #expect(summary.badLines[3].beginning.count < 200)
    }

    @Test func `keeps few of many bad lines`() throws {
        let (_, summary) = try SampleLog(String(repeating: "x\n", count: 1000)).read()
        #expect(summary.bad == 1000 && summary.badLines.count == AccessLogSummary.keptBadLines)
    }

    @Test(arguments: [65_000, 65_536, 65_537, 262_143, 262_144, 262_145, 300_000])
    func `survives a long line at any place of a block`(_ length: Int) throws {
        let text = "\(Sample().text)\n\(String(repeating: "a", count: length))\n\(Sample().text)\n"
        let (lines, summary) = try SampleLog(text).read()
        #expect(lines.count == 2 && summary.bad == 1)
        #expect(summary.badLines.map(\.reason.first) == [length > 65_536 ? "l" : "n"])
        #expect(summary.badLines.map(\.number) == [2])
    }

    @Test func `takes a last line without a line break if it is whole`() throws {
        let (lines, summary) = try SampleLog(Sample().text).read()
        #expect(lines.count == 1 && summary.bad == 0)
    }

    @Test func `flags lines from the future`() throws {
        let log = try SampleLog([Sample(), Sample(time: "2036-11-24T11:03:07+01:00")])
        let (lines, summary) = try log.read(now: Date(timeIntervalSince1970: 1_795_514_600))
        #expect(lines.count == 2 && summary.future == 1 && summary.last == lines[0].time)
    }

    @Test func `reads an empty log`() throws {
        let (lines, summary) = try SampleLog("").read()
        #expect(lines.isEmpty && summary == AccessLogReader().read([]) { _ in })
    }

    @Test func `reads the end of a log from a whole line on`() throws {
        let samples = (0..<50).map { Sample(site: "site\($0)") }
        let log = try SampleLog(samples)
        let length = samples[49].text.utf8.count + 1
        for extra in [0, 1, length - 1] {
            let (lines, summary) = try log.read(last: length + extra)
            #expect(lines.map(\.site) == ["site49"] && summary.bad == 0 && summary.isPartial)
        }
        #expect(try log.read(last: 2 * length).0.count == 2)
        let (all, summary) = try log.read(last: 1 << 20)
        #expect(all.count == 50 && !summary.isPartial)
    }

    @Test func `reads a compressed log, also a large one`() throws {
        let log = try SampleLog((0..<20_000).map { Sample(site: "site\($0)") })
        let plain = try log.read().0
        _ = try Shell.run("gzip '\(log.path)' && mv '\(log.path).gz' '\(log.path)'")
        let (lines, summary) = try log.read(last: 10)
        #expect(lines == plain && lines.count == 20_000 && summary.problems.isEmpty)
    }

    @Test func `uses what can be read of a damaged compressed log, and says so`() throws {
        let log = try SampleLog((0..<20_000).map { Sample(reason: "\($0 &* 2_654_435_761)") })
        _ = try Shell.run("gzip '\(log.path)'; head -c 60000 '\(log.path).gz' > '\(log.path)'")
        let (lines, summary) = try log.read()
        #expect(!lines.isEmpty && lines.count < 20_000)
        #expect(summary.problems.map(\.message).first?.contains("unexpected end of file") == true)
    }

    @Test func `names a log that cannot be opened`() throws {
        let error = #expect(throws: AccessLogFile.OpenError.self) { try AccessLogFile(path: "/nonexistent/log") }
        #expect(error?.isMissing == true)
        #expect(error?.explanation.message == "cannot read /nonexistent/log: No such file or directory")
        let summary = AccessLogReader().read([try AccessLogFile(path: "/tmp")]) { _ in }
        #expect(summary.problems.map(\.message) == ["cannot read /tmp: Is a directory"])
    }
}

@Suite struct `a rotated log` {
    private func names(_ files: [String]) throws -> [String] {
        let folder = try TemporaryFolder()
        for file in files { try Data(file.utf8).write(to: URL(fileURLWithPath: folder(file))) }
        return try AccessLogFile.rotated(folder("b.log")).map { URL(fileURLWithPath: $0.name).lastPathComponent }
    }

    @Test func `is read from its oldest file on`() throws {
        #expect(
            try names([
                "b.log", "b.log.1", "b.log.2.gz", "b.log.10.gz", "b.log.3.gz", "bb.log.1", "b.log.old", "b.logs",
            ])
                == ["b.log.10.gz", "b.log.3.gz", "b.log.2.gz", "b.log.1", "b.log"])
        #expect(
            try names(["b.log", "b.log-20261124", "b.log-20261123.gz", "b.log-1"])
                == ["b.log-20261123.gz", "b.log-20261124", "b.log"])
    }

    @Test func `has each file once, also while one is being compressed`() throws {
        #expect(try names(["b.log", "b.log.1", "b.log.1.gz"]) == ["b.log.1", "b.log"])
    }

    @Test func `must exist`() throws {
        #expect(throws: AccessLogFile.OpenError.self) { try names(["b.log.1"]) }
    }
}
