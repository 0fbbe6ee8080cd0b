import Git
import TestSupport
import Testing

@testable import Deploy

/// Commits a, b, c … are one line of history unless a test says otherwise.
@Suite struct `announced targets` {
    private func target(_ commit: Int, before: Int? = nil, isDeletion: Bool = false) throws -> DeploymentRecord.Target {
        DeploymentRecord.Target(
            ref: "refs/heads/main", commit: try .fake(commit), before: try before.map { try .fake($0) },
            isDeletion: isDeletion)
    }

    private func verdict(
        _ targets: [DeploymentRecord.Target], shown: Int?, hasMoved: Bool = false, history: [Int] = []
    ) throws -> Announcements.Verdict {
        let shownRef = try shown.map { Announcements.ShownRef(commit: try .fake($0), hasMoved: hasMoved) }
        let contained = try history.map { try Commit.fake($0) }
        return Announcements(targets: targets).verdict { _ in
            shownRef
        } contains: { _, announced in
            contained.contains(announced)
        }
    }

    @Test func `are shown at the announced commit`() throws {
        #expect(try verdict([target(2, before: 1)], shown: 2) == .shown)
        #expect(try verdict([], shown: 2) == .shown)
    }

    @Test func `lag while the remote shows the commit before`() throws {
        let push = try target(2, before: 1)
        #expect(try verdict([push], shown: 1) == .lagging(push))
        #expect(try verdict([push], shown: 1, hasMoved: true) == .lagging(push), "moved to the commit before")
        #expect(try verdict([push], shown: nil) == .lagging(push), "the branch does not exist yet")
    }

    @Test func `are shown by a branch that has moved on`() throws {
        #expect(try verdict([target(2, before: 1)], shown: 3, history: [1, 2, 3]) == .shown)
    }

    @Test func `lag while the remote shows neither commit and has not moved`() throws {
        let second = try target(3, before: 2)
        let first = try target(2, before: 1)
        #expect(try verdict([second, first], shown: 1) == .lagging(second))
        #expect(try verdict([second, first], shown: 2, hasMoved: true, history: [1, 2]) == .lagging(second))
        #expect(try verdict([second, first], shown: 3, hasMoved: true, history: [1, 2, 3]) == .shown)
    }

    @Test func `are rewritten if the branch moved elsewhere`() throws {
        let push = try target(2, before: 1)
        #expect(try verdict([push], shown: 9, hasMoved: true) == .rewritten(push))
        #expect(try verdict([push], shown: 9) == .lagging(push))
    }

    @Test func `are settled by a newer push that took them back`() throws {
        #expect(try verdict([target(1, before: 2), target(2, before: 1)], shown: 1) == .shown)
    }

    @Test func `arrive in any order`() throws {
        let late = try target(2, before: 1)
        let early = try target(3, before: 2)
        #expect(try verdict([late, early], shown: 2, history: [1, 2]) == .lagging(early))
        #expect(try verdict([late, early], shown: 3, history: [1, 2, 3]) == .shown)
    }

    @Test func `of a deletion are shown when the ref is gone or new`() throws {
        let deletion = try target(2, isDeletion: true)
        #expect(try verdict([deletion], shown: nil) == .shown)
        #expect(try verdict([deletion], shown: 2) == .lagging(deletion))
        #expect(try verdict([deletion], shown: 3) == .shown)
        #expect(try verdict([deletion, target(2, before: 1)], shown: nil) == .shown)
    }
}
