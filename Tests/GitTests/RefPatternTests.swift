import Git
import Testing

@Suite struct `reference pattern` {
    @Test(arguments: [
        ("release/*", "release/1.2", true), ("release/*", "release/", true), ("release/*", "release/1/2", false),
        ("release/*", "release", false), ("v*", "v1.2", true), ("v*", "w1", false), ("*", "main", true),
        ("*", "a/b", false), ("*/next", "docs/next", true), ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false),
        ("main", "main", true), ("main", "main2", false), ("main", "mai", false),
    ])
    func `matches whole names, and no slash with a star`(pattern: String, name: String, isMatch: Bool) throws {
        #expect(try #require(RefPattern(branch: pattern)).matches("refs/heads/\(name)") == isMatch)
        #expect(try #require(RefPattern(tag: pattern)).matches("refs/tags/\(name)") == isMatch)
        #expect(try #require(RefPattern(tag: pattern)).matches("refs/heads/\(name)") == false)
    }

    @Test(arguments: ["", "-v*", "a..*", "a b*", "*.lock", "[ab]*", "v?"])
    func `is no name that git refuses`(_ text: String) {
        #expect(RefPattern(branch: text) == nil)
        #expect(RefPattern(tag: text) == nil)
    }

    @Test func `is a branch only if it is exactly that branch`() throws {
        let main = try #require(Branch(name: "main"))
        #expect(RefPattern(main).branch == main && RefPattern(main).ref == "refs/heads/main")
        #expect(RefPattern(branch: "main") == RefPattern(main))
        #expect(try #require(RefPattern(branch: "ma*")).branch == nil)
        #expect(try #require(RefPattern(tag: "main")).branch == nil)
    }

    /// A naive matcher would take more than a century.
    @Test(.timeLimit(.minutes(1))) func `is compared in little time whatever the pattern`() throws {
        let pattern = try #require(RefPattern(tag: String(repeating: "a*", count: 60) + "b"))
        #expect(!pattern.matches("refs/tags/" + String(repeating: "a", count: 10_000)))
    }
}
