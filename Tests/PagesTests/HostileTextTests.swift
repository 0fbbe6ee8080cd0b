import FastCGI
import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import Pages

@Suite struct `hostile text` {
    private static let texts = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'\"><svg onload=alert(1)>",
        "</pre><script>x</script>",
        "</title><script>x</script>", "&lt;script&gt;", "]]><script>x</script>", "{{{root}}}", "{{>head}}", "{{^x}}",
        // For Swift, a quotation mark and the mark after it are one character.
        "\"\u{301} onmouseover=alert(1) x=\"\u{301}", "\"\u{903}><script>x</script>", "<\u{338}script>",
        "\"\u{1f3fb} onclick=x",
        "\"\u{ff9e} onclick=x", "\"\r\n onclick=x",
        "\u{202e}evil", "\u{1}\u{8}", "\u{1b}]0;x\u{7}", "\u{feff}", "\u{2028}",
        String(repeating: "<", count: 5000),
    ]

    private static let pages = ["/", "/history", "/site/blog", "/deployment/1"]

    /// The tags of the pages, and nothing that a text has brought.
    private func expectHarmless(_ body: String, _ plain: String, _ page: String) {
        let tags = #/<[^>]*>/#
        func names(_ text: String) -> [String] {
            text.matches(of: tags).map { String($0.0.prefix { $0 != " " && $0 != ">" }) }
        }
        #expect(names(body) == names(plain), "\(page)")
        // Without what is in quotation marks.
        for tag in body.matches(of: tags) {
            let attributes = tag.0.replacing(#/"[^"]*"/#, with: "")
            #expect(attributes.firstMatch(of: #/\son[a-z]+\s*=|["']/#) == nil, "\(page): \(tag.0)")
        }
        let scalars = body.unicodeScalars
        #expect(!scalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }, "\(page)")
        #expect(!scalars.contains { ["\u{202e}", "\u{feff}", "\u{2028}"].contains($0) }, "\(page)")
        #expect(!body.unicodeScalars.contains { $0.value == 0x7f })
    }

    private func stage(_ text: String) throws -> PagesStage {
        let stage = try PagesStage()
        let target = DeploymentRecord.Target(ref: "refs/heads/\(text)", commit: try .fake(1))
        _ = try stage.ledger.write {
            try $0.record(.fake(1), for: [DeliveryTarget(name: "blog", target: target, isAtCommit: { false })])
        }
        let id = try #require(try stage.ledger.start()).id
        let failure = Failure(text, hint: text)
        let conclusion = DeploymentRecord.Conclusion(.failed(failure), note: text, output: "\(text)\n\(text)")
        _ = try stage.ledger.write { try $0.finish(id, conclusion, at: Date()) }
        return stage
    }

    @Test(arguments: texts)
    func `in branches, reasons, remedies and output is only text on the pages`(_ text: String) throws {
        let (hostile, plain) = (try stage(text), try stage("plain"))
        for page in Self.pages {
            let response = hostile.get(page)
            #expect(response.status == 200)
            expectHarmless(response.body, plain.get(page).body, page)
        }
    }

    @Test(arguments: texts)
    func `in a running deployment's output is only text`(_ text: String) throws {
        let stage = try PagesStage()
        try stage.ledger.record(1)
        let id = try #require(try stage.ledger.start()).id
        try stage.write(output: "plain\n")
        let plain = stage.get("/deployment/\(id)").body
        try stage.write(output: "\(text)\n")
        expectHarmless(stage.get("/deployment/\(id)").body, plain, "running")
    }

    @Test(arguments: texts)
    func `in notes and in the name of a removed site harms neither feeds nor badges`(_ text: String) throws {
        let stage = try PagesStage()
        try stage.ledger.deploy(1, at: text)
        try stage.ledger.deploy(2, result: .failed(Failure(text)))
        for path in ["/feed.atom", "/feed/blog.atom", "/badge/blog.svg"] {
            let response = stage.get(path, at: .public)
            #expect(response.status == 200)
            #expect(!response.body.contains("alert") && !response.body.contains("onclick"))
        }
        #expect(XMLText.isWellFormed(stage.get("/feed.atom", at: .public).body))
        expectHarmless(
            stage.get("/history").body,
            try {
                let plain = try PagesStage(); try plain.ledger.deploy(1, at: "plain");
                try plain.ledger.deploy(2, result: .failed(Failure("plain"))); return plain.get("/history").body
            }(), "history")
    }

    @Test(arguments: texts)
    func `in the markup of a template is escaped byte by byte`(_ text: String) {
        let escaped = text.markupEscaped
        #expect(
            !escaped.utf8.contains {
                [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'")].contains($0)
            })
    }

    @Test func `cannot reach a template unescaped, because values have three braces and are escaped before`() {
        for (name, template) in Array(Templates.all) + Array(Feed.templates) {
            let tags = template.matches(of: #/\{\{+[^}]*\}+/#).map { String($0.0) }
            #expect(!tags.isEmpty || name == "foot")
            for tag in tags {
                #expect(
                    tag.wholeMatch(of: #/\{\{\{[a-zA-Z]+\}\}\}|\{\{[#^\/>][a-zA-Z]+\}\}/#) != nil, "\(name): \(tag)")
            }
        }
    }
}
