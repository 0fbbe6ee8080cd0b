import Foundation
import Testing

@testable import AccessLog

@Suite struct `a line of the access log` {
    private func parse(_ text: String) throws -> AccessLogLine {
        var parser = LineParser()
        let bytes = Array(text.utf8)
        _ = try parser.parse(bytes.span)
        return try parser.line(of: bytes.span)
    }

    private func isMalformed(_ text: String) -> Bool { (try? parse(text)) == nil }

    @Test func `gives all its members`() throws {
        let line = try parse(Sample().text)
        #expect(line.time == Date(timeIntervalSince1970: 1_795_514_587))
        #expect(line.requestID == "5f3c2a9e8b7d6c5f3c2a9e8b7d6c1234" && line.remote == "140.82.115.9")
        #expect(line.method == "POST" && line.path == "/github")
        #expect(line.status == 200 && line.upstreamStatus == 200 && line.isAccepted)
        #expect(line.bytes == 312 && line.requestTime == .milliseconds(482) && line.duration == .milliseconds(479))
        #expect(line.delivery == "72d3162e-cc78-11e3-81ab-4c9367dc0958" && line.event == "push")
        #expect(line.outcome == "deployed" && line.sites == ["blog"] && !line.hasCutSites)
        #expect(line.commit == "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d")
        #expect(line.reason == nil && line.receipt == nil)
    }

    @Test func `may have a receipt`() throws {
        #expect(try parse(Sample(receipt: "ab12").text).receipt == "ab12")
        #expect(try parse(Sample(receipt: "").text).receipt == nil)
    }

    @Test func `may tell whether the request was signed`() throws {
        let text = Sample(receipt: "ab").text.dropLast()
        #expect(try parse(Sample().text).isSigned == nil)
        #expect(try parse(text + #","signed":"yes"}"#).isSigned == true)
        #expect(try parse(text + #","signed":"no"}"#).isSigned == false)
    }

    @Test func `has nothing of the line before`() throws {
        var parser = LineParser()
        for (text, receipt) in [(Sample(receipt: "ab").text, "ab"), (Sample().text, nil)] {
            let bytes = Array(text.utf8)
            _ = try parser.parse(bytes.span)
            #expect(try parser.line(of: bytes.span).receipt == receipt)
        }
    }

    @Test func `is searched for the end of a string at any place`() {
        for count in 0...20 {
            let plain = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            for place in 0..<count {
                for byte in UInt8.min...UInt8.max {
                    var bytes = plain
                    bytes[place] = byte
                    var isASCII = true
                    let found = bytes.span.firstBreak(from: 0, &isASCII)
                    let isBreak = byte < 0x20 || byte == 0x22 || byte == 0x5c
                    #expect(
                        found == (isBreak ? place : nil) && isASCII == (byte < 0x80), "\(byte) at \(place) of \(count)")
                }
                // Bytes after the break do not count.
                var isASCII = true
                let bytes = plain.prefix(place) + [0x22] + [UInt8](repeating: 0xff, count: count)
                #expect(Array(bytes).span.firstBreak(from: 0, &isASCII) == place && isASCII)
            }
        }
    }

    @Test(arguments: [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b\f\n\r\t"#, "\u{8}\u{c}\n\r\t"), (#"\u0000"#, "\0"),
        (#"\u00E4"#, "ä"), (#"\uffff"#, "\u{ffff}"), (#"\"\""#, #""""#), (#"ä\"語"#, #"ä"語"#), ("😀", "😀"),
    ])
    func `may have an escape at any place of a string`(_ escape: String, _ meaning: String) throws {
        for count in 0...17 {
            for rest in [0, 1, 7, 8, 9] {
                let (before, after) = (String(repeating: "a", count: count), String(repeating: "b", count: rest))
                let line = try parse(Sample(reason: before + escape + after, receipt: escape).text)
                #expect(line.reason == before + meaning + after && line.receipt == meaning)
                #expect(line.status == 200 && line.site == "blog")
            }
        }
    }

    @Test(
        arguments: [
            [0x5c], Array(#"\u004"#.utf8), Array(#"\u-000"#.utf8), Array(#"\ud83d\ude00"#.utf8), Array(#"\udc00"#.utf8),
            Array(#"\U0041"#.utf8), [0x1f], [0xff], [0xc3], [0xa4], [0xc3, 0x5c, 0x6e, 0xa4], [0xed, 0xa0, 0x80],
        ] as [[UInt8]])
    func `is malformed with anything else, also in a member that a person added`(_ bytes: [UInt8]) throws {
        for text in [Sample(reason: "x").text, Sample().text.dropLast() + #","agent":"x"}"#] {
            let line = Array(text.utf8)
            let place = try #require(line.lastIndex(of: UInt8(ascii: "x")))
            for count in 0...17 {
                let bad = line[..<place] + [UInt8](repeating: 0x61, count: count) + bytes + line[(place + 1)...]
                var parser = LineParser()
                #expect((try? parser.parse(Array(bad).span)) == nil, "\(bytes) after \(count) in \(text)")
            }
        }
    }

    @Test func `may have escapes in any text`() throws {
        for name in ["request_id", "remote", "method", "path", "delivery", "event", "outcome", "site", "commit"] {
            let text = Sample().text
            let place = try #require(text.range(of: "\"\(name)\":\"")).upperBound
            let line = try parse(text.replacingCharacters(in: place..<place, with: #"a\"\\"#))
            let values =
                [line.requestID, line.remote, line.method, line.path]
                + [
                    line.delivery, line.event, line.outcome, line.site, line.commit,
                ].map { $0 ?? "" }
            #expect(values.count { $0.hasPrefix(#"a"\"#) } == 1)
            #expect(line.status == 200 && line.time == Date(timeIntervalSince1970: 1_795_514_587))
        }
    }

    @Test func `may have been answered by nginx alone`() throws {
        let text = Sample(site: "", outcome: "", delivery: "").text
            .replacing(#""status":200,"upstream_status":200"#, with: #""status":null,"upstream_status":null"#)
            .replacing(#""duration_ms":479"#, with: #""duration_ms":null"#)
        let line = try parse(text)
        #expect(line.status == nil && line.upstreamStatus == nil && line.duration == nil && !line.isAccepted)
        #expect(line.outcome == nil && line.delivery == nil && line.sites.isEmpty)
    }

    @Test(arguments: [
        ("2026-01-01T00:00:00+00:00", 1_767_225_600), ("1970-01-01T00:00:00-01:30", 5400),
        ("2024-02-29T23:59:59+14:00", 1_709_200_799), ("2000-03-01T00:00:00+00:00", 951_868_800),
        ("2100-12-31T12:00:00-12:00", 4_133_980_800),
    ])
    func `has a time in any zone`(_ text: String, _ seconds: Int) throws {
        #expect(try parse(Sample(time: text).text).time == Date(timeIntervalSince1970: Double(seconds)))
    }

    @Test func `may have escapes and text of any language`() throws {
        let line = try parse(Sample(reason: #"a \"quoted\" \\u{7} \u00e9\n é 語 \/"#).text)
        #expect(line.reason == "a \"quoted\" \\u{7} \u{e9}\n é 語 /")
    }

    @Test func `may have members in another order, and members that a person added`() throws {
        let added = Sample().text.replacing(
            #","reason":"""#, with: #","reason":"","host":"a\"b","ssl":null,"port":443"#)
        #expect(try parse(added) == parse(Sample().text))
        let moved = Sample().text.replacing(#""method":"POST","#, with: "").replacing(
            #""reason":"""#, with: #""reason":"","method":"POST""#)
        #expect(try parse(moved) == parse(Sample().text))
    }

    @Test func `names several sites, of which the last may be cut`() throws {
        #expect(try parse(Sample(site: "blog,shop").text).sites == ["blog", "shop"])
        let cut = try parse(Sample(site: "blog,shop,wi...").text)
        #expect(cut.sites == ["blog", "shop"] && cut.hasCutSites)
    }

    @Test func `is malformed if it is cut anywhere`() {
        let text = Sample(reason: #"\u0041"#, receipt: "ab").text
        for length in 0..<text.utf8.count { #expect(isMalformed(String(text.prefix(length))), "\(length)") }
        #expect(!isMalformed(text))
    }

    @Test(arguments: [
        ("\"status\":200", "\"status\":0200"), ("\"status\":200", "\"status\":\"200\""),
        ("\"status\":200", "\"status\":-1"),
        ("\"status\":200", "\"status\":9999999999999999999"), ("0.482", "0.48"), ("0.482", ".482"), ("0.482", "1e3"),
        ("11:03:07", "25:03:07"), ("11:03:07", "11:60:07"), ("+01:00", "Z"), ("+01:00\"", "+01:00 \""),
        ("2026-11", "2026-13"), ("\"POST\"", "\"PO\tST\""), ("\"POST\"", #""\x41""#), ("\"POST\"", #""\ud800""#),
        ("\"POST\"", #""\u+041""#), ("\"method\"", #""m\u0065thod""#), ("\"method\"", "\"path\""),
        ("\"path\":", "\"path\": "), ("}", "} "), ("}", ",}"), ("{", "[{"), ("\"POST\"", "[]"),
        ("\"bytes\":312", "\"bytes\":null"), ("\"time\"", "\"when\""),
        (#","bytes""#, #","began":"2026-11-24T11:03:07+01:00","bytes""#),
        (":479", #":"47-""#), (":479", #":"""#), ("+01:00", "+01:0"), ("+01:00", "+01000"),
    ])
    func `is malformed with anything that nginx does not write`(_ old: String, _ new: String) {
        let text = Sample().text
        #expect(text.contains(old) && isMalformed(text.replacing(old, with: new)), "\(new)")
    }

    @Test(arguments: LineParser.required) func `lacks no member that an audit needs`(_ member: LineParser.Member) {
        let text = Sample().text
        #expect(text.contains("\"\(member)\":"))
        #expect(isMalformed(text.replacing("\"\(member)\":", with: "\"x\":")))
    }

    /// The first line is Apache's, and lighttpd's are alike; the second is h2o's. Each with a refused delivery after it.
    @Test(arguments: [
        (
            #"{"time":"2026-11-30T18:34:58+0000","remote":"127.0.0.1","method":"POST","path":"/github","status":200,"bytes":451,"request_ms":587,"delivery":"5C84BDD1-35AD-47C5-9478-4F36C0934397","event":"push","outcome":"deployed","site":"blog","commit":"a9c629c2a4632de86a051e2a9ea77b401c2d2a45","duration_ms":"563","reason":"-","receipt":"5909"}"#,
            #"{"time":"2026-11-30T18:34:58+0000","remote":"127.0.0.1","method":"POST","path":"/github","status":401,"bytes":235,"request_ms":7,"delivery":"-","event":"-","outcome":"rejected","site":"-","commit":"-","duration_ms":"-","reason":"-","receipt":"-"}"#,
            0.0
        ),
        (
            #"{"began":"2026-11-30T18:34:58+0000","remote":"127.0.0.1","method":"POST","path":"/github","status":200,"bytes":2,"request_time":0.587212,"delivery":"5C84BDD1-35AD-47C5-9478-4F36C0934397","event":"push","outcome":"deployed","site":"blog","commit":"a9c629c2a4632de86a051e2a9ea77b401c2d2a45","duration_ms":"563","reason":null,"receipt":"5909"}"#,
            #"{"began":"2026-11-30T18:34:58+0000","remote":"127.0.0.1","method":"POST","path":"/github","status":401,"bytes":45,"request_time":0.004255,"delivery":null,"event":null,"outcome":"rejected","site":null,"commit":null,"duration_ms":null,"reason":null,"receipt":null}"#,
            0.587
        ),
    ])
    func `may be of another web server`(_ text: String, _ refused: String, _ later: TimeInterval) throws {
        let line = try parse(text)
        #expect(abs(line.time.timeIntervalSince1970 - 1_796_063_698 - later) < 0.001)
        #expect(line.requestTime == .milliseconds(587) && line.duration == .milliseconds(563))
        #expect(line.delivery?.hasPrefix("5C84") == true && line.sites == ["blog"] && line.outcome == "deployed")
        #expect(line.reason == nil && line.receipt == "5909" && line.isAccepted)
        let other = try parse(refused)
        #expect(other.status == 401 && other.outcome == "rejected" && other.duration == nil)
        #expect(other.delivery == nil && other.sites.isEmpty && other.commit == nil && other.receipt == nil)
    }

    @Test func `is malformed if a text is not UTF-8`() {
        var bytes = Array(Sample(reason: "x").text.utf8)
        bytes[bytes.lastIndex(of: UInt8(ascii: "x")) ?? 0] = 0xff
        var parser = LineParser()
        #expect((try? parser.parse(bytes.span)) == nil)
    }
}
