import Testing

@testable import bellpull

@Suite struct `JSON that a command prints` {
    private struct Value: Encodable {
        let zeal = "a/b"
        let durationMs = 5
        let absent: String? = nil
    }

    @Test func `has sorted names in snake case, leaves out what is missing, and keeps slashes`() throws {
        #expect(
            try Printer.json(Value()) == """
                {
                  "duration_ms" : 5,
                  "zeal" : "a/b"
                }
                """)
    }

    @Test func `escapes control characters`() throws {
        #expect(try Printer.json(["a\n\u{1b}"]) == "[\n  \"a\\n\\u001b\"\n]")
    }

    @Test func `has one object for each result of a check`() throws {
        #expect(
            try Printer.json([CheckResult.warning("git", "is old", hint: "install")]) == """
                [
                  {
                    "hint" : "install",
                    "message" : "is old",
                    "severity" : "warning",
                    "subject" : "git"
                  }
                ]
                """)
    }
}
