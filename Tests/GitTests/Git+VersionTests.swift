import TestSupport
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `a version of git` {
    @Test(arguments: [
        ("git version 2.39.5", "2.39.5"), ("git version 2.39.5 (Apple Git-154)", "2.39.5"),
        ("git version 2.30.0.windows.1", "2.30.0.windows.1"), ("git version 2.47.rc0", "2.47.rc0"),
        ("git version 3", nil), ("git", nil), ("", nil),
    ])
    func `is the third word that git prints`(output: String, version: String?) {
        #expect(Git.Version(output: output)?.description == version)
    }

    @Test func `comes before another by its numbers and not by its digits`() throws {
        let versions = try ["2.9.5", "2.29.3", "2.30.0", "2.100.1", "3.0.0"].map { text in
            try #require(Git.Version(output: "git version \(text)"))
        }
        #expect(versions.sorted() == versions)
        #expect(versions.map { $0 < .oldestKnown } == [true, true, false, false, false])
    }

    @Test func `is known of the git that is here`() throws {
        #expect(try Git(in: "/").version(.within(.seconds(10))) != nil)
    }
}
