import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `bellpull why, with an odd argument,` {
    @Test(arguments: ["", "  ", "\t"]) func `refuses an empty argument`(_ argument: String) throws {
        let site = try ServedSite()
        let result = try site.why([argument])
        #expect(result.ending == .exited(64))
        #expect(result.errors.contains("the argument is empty: name a site, a commit or a delivery"), "\(result)")
    }

    @Test func `refuses what is no site, no commit and no delivery`() throws {
        let site = try ServedSite()
        for (argument, hint) in [
            (site.clone.path, "the site there is blog: bellpull why blog"),
            ("\(site.clone.path)/", "the site there is blog"),
            ("/etc", "bellpull status"), ("blog ", "did you mean blog?"), ("\u{1b}[2J", "bellpull status"),
            (String(repeating: "x", count: 10_000), "bellpull status"), ("d\u{e9}j\u{e0}", "bellpull status"),
        ] {
            let result = try site.why([argument])
            #expect(result.ending == .exited(64))
            #expect(result.errors.contains(" is neither a site, nor a commit, nor the id of a delivery\n"), "\(result)")
            #expect(result.errors.contains("hint: \(hint)"), "\(result)")
            #expect(!result.errors.contains("\u{1b}") && result.errors.utf8.count < 400)
        }
    }
}
