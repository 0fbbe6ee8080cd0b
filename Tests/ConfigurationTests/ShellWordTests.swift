import Testing

@testable import Configuration

@Suite struct `a word for the shell` {
    @Test(arguments: [
        ("/srv/blog-1_2.toml", "/srv/blog-1_2.toml"), ("/srv/my blog", "'/srv/my blog'"), ("", "''"),
        ("/srv/it's", #"'/srv/it'\''s'"#), ("/srv/$HOME;x", "'/srv/$HOME;x'"), (#"a\b"#, #"'a\b'"#), ("~", "'~'"),
        ("über", "'über'"), ("a\nb'\\", #"$'a\x0ab\'\\'"#), ("\u{202e}é", #"$'\xe2\x80\xaeé'"#),
    ])
    func `is quoted only if necessary`(_ text: String, word: String) throws {
        #expect(ShellWord(text).description == word)
        #expect(try Shell.run("printf %s \(word)") == text)
    }

    @Test func `is cut if too long to be pasted`() {
        #expect(ShellWord(String(repeating: "x", count: 512)).description.utf8.count == 512)
        #expect(ShellWord(String(repeating: "x", count: 513)).description.hasSuffix("..."))
        #expect(ShellWord(String(repeating: "\n", count: 200)).description.hasSuffix("..."))
    }
}
