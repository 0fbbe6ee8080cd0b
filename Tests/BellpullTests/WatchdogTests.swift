import Foundation
import TestSupport
import Testing

@testable import Deploy
@testable import bellpull

@Suite struct `the watchdog` {
    private let folder: TemporaryFolder
    private let socket: NotifySocket
    private let manager: ServiceManager

    init() throws {
        folder = try TemporaryFolder()
        socket = try NotifySocket(folder("notify"))
        manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": socket.name]))
    }

    private func count() -> Int { socket.lines.count { $0 == "WATCHDOG=1" } }

    @Test func `speaks twice per interval until it is stopped`() throws {
        let timers = TimerQueue()
        defer { timers.stop() }
        let start = ContinuousClock.now
        let watchdog = Watchdog(manager, interval: .milliseconds(100), timers: timers) {}
        #expect(Observation.eventually { count() >= 5 })
        #expect(start.duration(to: .now) >= .milliseconds(200))
        watchdog.stop()
        usleep(60_000)
        let before = count()
        usleep(200_000)
        #expect(count() == before)
    }

    @Test func `is silent while somebody keeps the dispatcher's lock`() throws {
        let timers = TimerQueue()
        defer { timers.stop() }
        let door = Door()
        let watchdog = Watchdog(manager, interval: .milliseconds(20), timers: timers) { door.pass() }
        door.awaitArrival()
        usleep(100_000)
        #expect(count() == 0)
        door.open()
        #expect(Observation.eventually { count() >= 2 })
        watchdog.stop()
    }

    @Test func `is silent while the timers do not run`() throws {
        let timers = TimerQueue()
        defer { timers.stop() }
        let door = Door()
        timers.after(.zero) { door.pass() }
        door.awaitArrival()
        let watchdog = Watchdog(manager, interval: .milliseconds(20), timers: timers) {}
        usleep(100_000)
        #expect(count() == 0)
        door.open()
        #expect(Observation.eventually { count() >= 2 })
        watchdog.stop()
    }

    @Test func `has the interval that the manager asks of this process`() {
        #expect(Watchdog.interval(["WATCHDOG_USEC": "60000000"]) == .seconds(60))
        #expect(Watchdog.interval(["WATCHDOG_USEC": "1", "WATCHDOG_PID": "7"], process: 7) == .microseconds(1))
        #expect(Watchdog.interval(["WATCHDOG_USEC": "1", "WATCHDOG_PID": "7"], process: 8) == nil)
        for text in [nil, "", "0", "-5", "soon"] {
            #expect(Watchdog.interval(text.map { ["WATCHDOG_USEC": $0] } ?? [:]) == nil)
        }
    }
}
