import Testing

@testable import bellpull

@Suite struct `the lines of bellpull check` {
    private func lines(_ results: CheckResult...) -> [String] {
        CheckResultLines(results, on: Terminal(descriptor: -1, environment: [:])).lines
    }

    @Test func `align, with each hint on a line of its own`() {
        #expect(
            lines(.ok("git", "version 2.39.5"), .error("configuration", "blog is wrong", hint: "vi blog.toml")) == [
                "ok       git            version 2.39.5",
                "error    configuration  blog is wrong",
                "                        hint: vi blog.toml",
                "",
                "some deployments are blocked, 1 error",
            ])
    }

    @Test func `have no hint where there is none`() {
        #expect(lines(.error("git", "is missing", hint: nil)).first == "error    git  is missing")
        #expect(lines(.error("git", "is missing", hint: nil)).count == 3)
    }

    @Test func `count warnings, which block nothing`() {
        let warning = CheckResult.warning("nginx", "is slow", hint: "wait")
        #expect(lines(warning).last == "nothing blocks deployments, 1 warning")
        #expect(lines(warning, warning).last == "nothing blocks deployments, 2 warnings")
    }

    @Test func `count errors before warnings`() {
        let error = CheckResult.error("git", "is missing", hint: nil)
        #expect(
            lines(error, .warning("nginx", "is slow", hint: "wait"), error).last
                == "some deployments are blocked, 2 errors, 1 warning")
    }

    @Test func `wrap at the terminal's width, except hints, which people copy`() throws {
        let terminal = try PseudoTerminal(columns: 40).properties(["NO_COLOR": "1"])
        let result = CheckResult.warning(
            "nginx", "a rather long message of many words", hint: String(repeating: "x", count: 60))
        #expect(
            CheckResultLines([result], on: terminal).lines.prefix(3) == [
                "warning  nginx  a rather long message of",
                "                many words",
                "                hint: " + String(repeating: "x", count: 60),
            ])
    }

    @Test func `end with a summary where nothing was checked`() {
        #expect(lines() == ["", "nothing blocks deployments"])
    }

    @Test func `escape what a terminal would obey`() {
        #expect(
            lines(.warning("a\u{1b}[m", "b\nc", hint: "d\re")).prefix(2) == [
                #"warning  a\u{1b}[m  b\u{a}c"#, #"                    hint: d\u{d}e"#,
            ])
    }

    @Test func `show a command to paste whole, with its backslashes`() {
        let command = "printf 'a\\n' > " + String(repeating: "x", count: 300)
        #expect(lines(.warning("a", "b", hint: command))[1].hasSuffix("hint: \(command)"))
        #expect(lines(.warning("a", "b", hint: "c\nd"))[1].hasSuffix(#"hint: c\u{a}d"#))
    }

    @Test func `are coloured by severity on a terminal`() throws {
        let terminal = try PseudoTerminal(columns: 80).properties()
        let results = [
            CheckResult.ok("a", "x"), .warning("b", "y", hint: "h"), .error("c", "z", hint: nil),
        ]
        #expect(
            CheckResultLines(results, on: terminal).lines.prefix(4) == [
                "\u{1b}[32mok\u{1b}[0m       \u{1b}[1ma\u{1b}[0m  x",
                "\u{1b}[33mwarning\u{1b}[0m  \u{1b}[1mb\u{1b}[0m  y",
                "            \u{1b}[2mhint: \u{1b}[0mh",
                "\u{1b}[31merror\u{1b}[0m    \u{1b}[1mc\u{1b}[0m  z",
            ])
    }
}
