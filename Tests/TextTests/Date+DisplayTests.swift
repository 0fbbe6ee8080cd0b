import Foundation
import Testing
import Text

@Suite struct `a time that is printed` {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    /// A time zone other than UTC, on every machine.
    private static let timeZoneIsSet: Bool = {
        setenv("TZ", "IST-5:30", 1)
        tzset()
        return true
    }()

    init() { _ = Self.timeZoneIsSet }

    private static let ages: [(TimeInterval, String)] = [
        (-0.5, "in the future"), (-86_400, "in the future"), (0, "just now"), (9.9, "just now"), (10, "10 s ago"),
        (119.9, "119 s ago"), (120, "2 min ago"), (7199, "119 min ago"), (7200, "2 h ago"), (172_799, "47 h ago"),
        (172_800, "2 days ago"), (86_400_000, "1000 days ago"),
    ]

    @Test(arguments: ages)
    func `is relative to now`(age: TimeInterval, text: String) {
        #expect(now.addingTimeInterval(-age).relative(to: now) == text)
    }

    private static let moments: [(TimeInterval, String)] = [
        (0, "1970-01-01T00:00:00Z"), (1_800_000_000, "2027-01-15T08:00:00Z"), (1_800_000_000.9, "2027-01-15T08:00:00Z"),
        (-0.5, "1969-12-31T23:59:59Z"), (1_709_210_096, "2024-02-29T12:34:56Z"),
    ]

    @Test(arguments: moments)
    func `is in UTC to the second`(seconds: TimeInterval, text: String) {
        #expect(Date(timeIntervalSince1970: seconds).standard == text)
        #expect(Date(standard: text) == Date(timeIntervalSince1970: seconds.rounded(.down)))
        #expect(Date(standard: "yesterday") == nil)
    }

    @Test func `is local with its time of day alone`() { #expect(now.clock == "13:30:00") }

    @Test func `is local with its offset`() {
        #expect(now.local == "2027-01-15 13:30:00 +0530")
        #expect(now.addingTimeInterval(0.9).local == now.local)
    }

    @Test(arguments: [
        (0, "0 ms"), (60, "60 ms"), (999, "999 ms"), (1000, "1.0 s"), (4299, "4.2 s"), (59_999, "59.9 s"),
        (60_000, "1 min"), (60_999, "1 min"), (185_000, "3 min 5 s"), (3_600_000, "60 min"),
    ])
    func `is spoken as a duration`(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).spoken == text)
    }

    @Test func `is rounded down to the millisecond as a duration`() {
        #expect(Duration.microseconds(999_999).spoken == "999 ms")
    }
}
