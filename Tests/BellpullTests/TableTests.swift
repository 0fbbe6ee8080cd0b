import Testing

@testable import bellpull

@Suite struct `a table` {
    private let plain = Terminal(descriptor: -1, environment: [:])

    private func terminal(columns: UInt16) throws -> Terminal {
        try PseudoTerminal(columns: columns).properties(["NO_COLOR": "1"])
    }

    @Test func `aligns its columns, and has no spaces at the ends of lines`() {
        var table = Table("SITE", "COMMIT", "")
        table.add("blog", "1a2b3c", "")
        table.add("a-long-name", "-", "broken")
        #expect(
            table.lines(on: plain) == [
                "SITE         COMMIT",
                "blog         1a2b3c",
                "a-long-name  -       broken",
            ])
    }

    @Test func `is its heading if it is empty`() {
        #expect(Table("SITE", "COMMIT").lines(on: plain) == ["SITE  COMMIT"])
    }

    @Test func `wraps the last column at the terminal's width, between words`() throws {
        var table = Table("SITE", "REASON")
        table.add("blog", "the clone has local changes")
        let whole = ["SITE  REASON", "blog  the clone has local changes"]
        #expect(try table.lines(on: terminal(columns: 33)) == whole)
        let wrapped = ["SITE  REASON", "blog  the clone has local", "      changes"]
        #expect(try table.lines(on: terminal(columns: 32)) == wrapped)
        #expect(try table.lines(on: terminal(columns: 26)) == wrapped)
        #expect(table.lines(on: plain) == whole)
    }

    @Test func `breaks no word, and wraps nothing on a narrow terminal`() throws {
        var table = Table("SITE", "")
        table.add("blog", "see /srv/a-very-long-path-that-must-be-copied now")
        #expect(
            try table.lines(on: terminal(columns: 30)) == [
                "SITE", "blog  see", "      /srv/a-very-long-path-that-must-be-copied", "      now",
            ])
        #expect(try table.lines(on: terminal(columns: 25)).count == 2)
    }

    @Test func `counts a wide character as two columns`() throws {
        var table = Table("FOLLOWS", "X")
        table.add("漢字", "a")
        table.add("über", "b")
        table.add("漢字漢字", "c")
        table.add("😀", "漢字漢字")
        #expect(
            table.lines(on: plain) == [
                "FOLLOWS   X", "漢字      a", "über      b", "漢字漢字  c", "😀        漢字漢字",
            ])
        table.add("x", "漢字漢字漢字 漢字漢字")
        #expect(try table.lines(on: terminal(columns: 31)).last == "x         漢字漢字漢字 漢字漢字")
        #expect(try table.lines(on: terminal(columns: 30)).suffix(2) == ["x         漢字漢字漢字", "          漢字漢字"])
    }

    @Test func `escapes text before it measures the text`() {
        var table = Table("SITE", "X")
        table.add("a\nb", "\u{1b}[2J")
        #expect(table.lines(on: plain) == ["SITE     X", #"a\u{a}b  \u{1b}[2J"#])
    }

    @Test func `is styled on a terminal, and styles do not change the columns`() throws {
        var table = Table("A", "B")
        table.add(Table.Cell("xyz", .bold), Table.Cell("ok", .green))
        let terminal = try PseudoTerminal(columns: 80).properties()
        #expect(
            table.lines(on: terminal) == [
                "\u{1b}[2mA\u{1b}[0m    \u{1b}[2mB\u{1b}[0m",
                "\u{1b}[1mxyz\u{1b}[0m  \u{1b}[32mok\u{1b}[0m",
            ])
    }
}
