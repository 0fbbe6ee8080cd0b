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

    @Test func `cuts the last column at the terminal's width`() throws {
        var table = Table("SITE", "REASON")
        table.add("blog", "0123456789")
        #expect(try table.lines(on: terminal(columns: 16)) == ["SITE  REASON", "blog  0123456789"])
        #expect(try table.lines(on: terminal(columns: 15)) == ["SITE  REASON", "blog  01234567…"])
        #expect(table.lines(on: plain) == ["SITE  REASON", "blog  0123456789"])
    }

    @Test func `cuts no other column, however narrow the terminal`() throws {
        var table = Table("SITE", "STATE", "")
        table.add("blog", "failed", "why")
        table.add("shop", "failed", "")
        #expect(
            try table.lines(on: terminal(columns: 5)) == [
                "SITE  STATE", "blog  failed  …", "shop  failed",
            ])
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
        #expect(try table.lines(on: terminal(columns: 15)).last == "😀        漢字…")
        #expect(try table.lines(on: terminal(columns: 14)).last == "😀        漢…")
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
