import Deploy
import Foundation
import Git
import Testing
import Text

@testable import Endpoints
@testable import FastCGI

@Suite struct `a report` {
    @Test func `becomes headers for the access log of the web server`() throws {
        var report = Report(.deployed(try #require(Commit(Stage.commit))))
        report.site = "blog"
        report.delivery = "id-1"
        report.event = "push"
        report.reason = "because"
        let headers = report.response(after: 1234).headers.map { "\($0.name): \($0.value)" }
        #expect(
            headers == [
                "Bellpull-Outcome: deployed", "Bellpull-Site: blog", "Bellpull-Commit: \(Stage.commit)",
                "Bellpull-Delivery: id-1", "Bellpull-Event: push", "Bellpull-Reason: because",
                "Bellpull-Duration-Ms: 1234",
            ])
    }

    @Test func `becomes a line of words and values for the log`() throws {
        var report = Report(.deployed(try #require(Commit(Stage.commit))))
        report.site = "my blog"
        report.delivery = "id-1"
        report.event = "push"
        report.reason = "because of it"
        #expect(
            report.line(after: 61_234) == """
                delivery outcome=deployed status=200 site="my blog" commit=\(Stage.commit) delivery=id-1 event=push \
                duration_ms=61234 reason="because of it"
                """)
    }

    @Test func `leaves out unknown values`() {
        let report = Report(200, "ping")
        let names = report.response(after: 0).headers.map { "\($0.name)" }
        #expect(names == ["Bellpull-Outcome", "Bellpull-Duration-Ms"])
        #expect(report.line(after: 0) == "delivery outcome=ping status=200 duration_ms=0")
        #expect(report.response(after: 0).body == "{}")
    }

    @Test func `quotes a value that is empty or not one word`() {
        var report = Report(200, "ping")
        report.event = ""
        report.reason = FieldValue(escaping: #"a" status=500 x=""#)
        #expect(
            report.line(after: 0)
                == #"delivery outcome=ping status=200 event="" duration_ms=0 reason="a\" status=500 x=\"""#)
    }

    @Test(arguments: ["status=500", #"a"b"#, #"a\b"#, "a\nb", " "])
    func `quotes a word that could be mistaken for something else`(_ text: String) {
        var report = Report(200, "ping")
        report.delivery = FieldValue(escaping: text)
        report.event = FieldValue(escaping: text)
        let value = FieldValue(escaping: text)
        #expect(
            report.line(after: 0)
                == "delivery outcome=ping status=200 delivery=\"\(value)\" event=\"\(value)\" duration_ms=0")
    }

    @Test func `has the whole error in its body, and the first line of the error as its reason`() throws {
        let report = Report(500, "failed", error: Explanation("é \"one\" /a\r\ntwo"))
        let response = report.response(after: 0)
        let body = try JSONDecoder().decode([String: String].self, from: Data(response.body.utf8))
        #expect(body == ["error": "é \"one\" /a\r\ntwo"])
        #expect(response.body.contains(" /a"))
        #expect(response.header("Bellpull-Reason") == #"\u{e9} \"one\" /a"#)
    }
}
