import Testing

@testable import bellpull

@Suite struct `the scanner of nginx's syntax` {
    private func scan(_ text: String) -> [NginxDirective] {
        var scanner = NginxScanner(text)
        return scanner.directives { [$0] }
    }

    private func directive(_ name: String, _ arguments: String..., block: [NginxDirective] = []) -> NginxDirective {
        NginxDirective(name: name, arguments: arguments, block: block)
    }

    @Test func `reads names and arguments`() {
        #expect(
            scan("listen 80 default_server;\nroot\t/srv ;") == [
                directive("listen", "80", "default_server"), directive("root", "/srv"),
            ])
    }

    @Test func `reads nested blocks, and the directives after a block`() {
        let location = directive("location", "=", "/github", block: [directive("internal")])
        #expect(
            scan("server{location = /github { internal; }\n}\nuser nobody;") == [
                directive("server", block: [location]), directive("user", "nobody"),
            ])
    }

    @Test func `keeps spaces, semicolons, braces and hashes within quotation marks`() {
        #expect(scan(#"a "b ; { } # c" 'd "e"';"#) == [directive("a", "b ; { } # c", #"d "e""#)])
    }

    @Test func `reads an empty word between quotation marks`() {
        #expect(scan(#"a "" '';"#) == [directive("a", "", "")])
    }

    @Test(arguments: [#""b\"c;""#, #"'b\'c;'"#, #"b\;c"#, #"b\ c"#, #"b\{c"#, #""b\\""#])
    func `does not end a word at an escaped character`(word: String) {
        let directives = scan("a \(word) d;")
        #expect(directives.map(\.arguments.count) == [2])
        #expect(directives.first?.arguments.last == "d")
    }

    @Test func `skips comments up to the end of the line`() {
        #expect(scan("# a;\n#\n  # b { \nuser x; # c;\n# d") == [directive("user", "x")])
    }

    @Test func `reads a hash within a word as part of the word`() {
        #expect(scan("a b#c;") == [directive("a", "b#c")])
    }

    @Test func `reads the brace of a variable as part of the word`() {
        #expect(
            scan("root /srv/${host}/www; set $a{ b; }") == [
                directive("root", "/srv/${host}/www"), directive("set", "$a", block: [directive("b")]),
            ])
    }

    @Test func `ends lines with carriage returns too`() {
        #expect(scan("user x;\r\n# c\r\ngroup y;\r\n") == [directive("user", "x"), directive("group", "y")])
    }

    @Test(arguments: ["", " \n", ";", ";;", "{}", "# only"])
    func `finds no directive where there is no word`(text: String) { #expect(scan(text).isEmpty) }

    @Test(arguments: ["user x", "server { listen 80;", #"a "b"#, "a b\\", "}", "} user x;"])
    func `ends at the end of a damaged file`(text: String) {
        #expect(scan(text).allSatisfy { $0.name == "server" })
    }

    @Test func `keeps what is complete in a block without an end`() {
        #expect(scan("server { listen 80; root") == [directive("server", block: [directive("listen", "80")])])
    }

    @Test func `puts the result of expand in the place of a directive, within blocks too`() {
        var scanner = NginxScanner("a; server { a; b; }")
        let directives = scanner.directives { $0.name == "a" ? [directive("x"), directive("y")] : [$0] }
        #expect(
            directives == [
                directive("x"), directive("y"),
                directive("server", block: [directive("x"), directive("y"), directive("b")]),
            ])
    }
}
