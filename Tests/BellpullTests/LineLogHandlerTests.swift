import Foundation
import Logging
import Testing

@testable import bellpull

@Suite struct `a line of the log` {
    private let time = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(arguments: [Logger.Level.info, .warning, .error])
    func `has the time and the level`(level: Logger.Level) {
        let handler = LineLogHandler(style: .plain)
        #expect(handler.line(level, "updated", at: time) == "2027-01-15T08:00:00Z \(level) updated\n")
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
    func `has the priority of syslog in the journal, and no time`(level: Logger.Level, priority: Int) {
        #expect(LineLogHandler(style: .journal).line(level, "updated", at: time) == "<\(priority)>updated\n")
    }

    @Test func `is of level info at least`() { #expect(LineLogHandler(style: .plain).logLevel == .info) }
}
