import Foundation
import Testing

@testable import bellpull

@Suite struct `a time that a person writes` {
    @Test(arguments: [
        ("2026-11-24T10:03:07Z", 1_795_514_587), ("2026-11-24 11:03:07+01:00", 1_795_514_587),
        ("2026-11-24T04:33-0530", 1_795_514_580), ("1970-01-01Z", 0), ("2024-02-29T23:59:59Z", 1_709_251_199),
    ])
    func `may have a zone`(_ text: String, _ seconds: Int) {
        #expect(Date(argument: text) == Date(timeIntervalSince1970: Double(seconds)))
    }

    @Test func `is local without a zone, and the beginning of the day without a time`() throws {
        let date = try #require(Date(argument: "2026-11-24"))
        #expect(date.local.hasPrefix("2026-11-24 00:00:00"))
        #expect(Date(argument: "2026-11-24T00:00") == date && Date(argument: "2026-11-24 00:00:00") == date)
        #expect(try #require(Date(argument: "2026-07-24 12:30")).local.hasPrefix("2026-07-24 12:30:00"))
        #expect(Date(argument: date.standard) == date)
    }

    @Test(arguments: [
        "", "yesterday", "2026-11", "2026-13-01", "2026-00-10", "2026-02-30", "2026-11-24T25:00", "2026-11-24T11",
        "2026-11-24T11:60", "2026-11-24T11:03:60", "2026-11-24T11:03:07.5", "24.11.2026", "2026-11-24 ", "7d",
    ])
    func `is nothing else`(_ text: String) {
        #expect(Date(argument: text) == nil)
    }
}
