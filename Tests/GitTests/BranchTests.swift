import Git
import Testing

@Suite struct `branch` {
    @Test(arguments: ["main", "docs/next", "v1.2", "feature/a-b_c", "grün", "$(id)", "a@b", "a{b", "lock", "x.locked"])
    func `has a name that git takes`(_ name: String) {
        #expect(Branch(name: name)?.name == name)
        #expect(Branch(ref: "refs/heads/\(name)")?.ref == "refs/heads/\(name)")
    }

    @Test(arguments: [
        "refs/tags/v1", "refs/pull/1/head", "refs/heads", "refs/heads/", "main", "heads/main", "REFS/HEADS/x", "",
    ])
    func `is named by a ref below refs-heads and by no other`(_ ref: String) {
        #expect(Branch(ref: ref) == nil)
    }

    /// git-check-ref-format(1), rule by rule.
    @Test(arguments: [
        ".hidden", "a/.hidden", "x.lock", "x.lock/a", "a/x.lock",
        "a..b", "..", "../../x", "a/../b",
        "a\nb", "a\tb", "a\0b", "a b", "a\u{7f}b", "a\r\nb", "a~b", "a^b", "a:b",
        "a?b", "a*b", "a[b",
        "/a", "a/", "a//b", "/",
        "a.", ".",
        "a@{b", "@{", "@{upstream}",
        "@",
        "a\\b",
    ])
    func `has no name that git refuses`(_ name: String) {
        #expect(Branch(name: name) == nil)
        #expect(Branch(ref: "refs/heads/\(name)") == nil)
    }

    @Test(arguments: ["-x", "--upload-pack=touch /tmp/x", "--upload-pack=id", "-"])
    func `is never an option`(_ name: String) {
        #expect(Branch(name: name) == nil)
    }

    /// A combining mark and the character before it are one `Character`. Git compares bytes.
    @Test(arguments: [
        "-\u{301}-upload-pack=id", "a..\u{301}b", "a/.\u{301}b", "a@{\u{301}", "a/\u{301}.lock/b",
    ])
    func `hides nothing behind combining marks`(_ name: String) {
        #expect(Branch(name: name) == nil)
    }

    @Test func `has at most 200 bytes`() {
        #expect(Branch(name: String(repeating: "x", count: 200)) != nil)
        #expect(Branch(name: String(repeating: "x", count: 201)) == nil)
        #expect(Branch(name: String(repeating: "ü", count: 101)) == nil)
        #expect(Branch(ref: "refs/heads/" + String(repeating: "x", count: 10 << 10)) == nil)
        #expect(Branch(name: "") == nil)
    }

    @Test func `is described by its name`() {
        #expect(Branch(name: "docs/next").map { "\($0)" } == "docs/next")
    }
}
