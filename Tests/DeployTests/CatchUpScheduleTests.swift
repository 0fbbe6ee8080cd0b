import TestSupport
import Testing

@testable import Deploy

@Suite final class `the schedule of catch-up` {
    private var schedule = CatchUpSchedule(firstRetry: .seconds(60))
    private var now = ContinuousClock.now
    private var appointments: [CatchUpSchedule.Appointment] = []

    private func site(_ name: String = "blog", every interval: Duration? = .seconds(900)) throws -> Site {
        try .fake(FakeStrategy(), name: name, catchUp: interval)
    }

    /// Replaces the sites, and returns the delays of the new appointments.
    private func follow(_ sites: Site...) -> [Duration] {
        let new = schedule.follow(sites, at: now)
        appointments = appointments.filter { schedule.site(of: $0.ticket) != nil } + new
        return new.map(\.delay)
    }

    /// Lets time pass until the next appointment, and returns its ticket and its site.
    private func next() throws -> (ticket: CatchUpSchedule.Ticket, site: Site) {
        let appointment = appointments.removeFirst()
        now += appointment.delay
        #expect(markDue(appointment.ticket))
        return try #require(takeNext())
    }

    // The macros of tests cannot call mutating functions.
    private func markDue(_ ticket: CatchUpSchedule.Ticket) -> Bool { schedule.markDue(ticket) }
    private func takeNext() -> (ticket: CatchUpSchedule.Ticket, site: Site)? { schedule.next(at: now) }
    private func setUnreachable(_ isUnreachable: Bool, _ ticket: CatchUpSchedule.Ticket) -> Bool {
        schedule.setUnreachable(isUnreachable, ticket)
    }
    private func finish(
        _ ticket: CatchUpSchedule.Ticket, _ answer: CatchUpSchedule.Answer
    ) -> CatchUpSchedule.Appointment? {
        schedule.finish(ticket, answer, at: now)
    }

    /// Has the next site answer, and returns the time until it is asked again.
    private func answer(_ answer: CatchUpSchedule.Answer) throws -> Duration {
        let ticket = try next().ticket
        let appointment = try #require(finish(ticket, answer))
        appointments.append(appointment)
        return appointment.delay
    }

    @Test func `asks a silent remote after 1, 2, 4, 8 minutes, and at its interval at the latest`() throws {
        #expect(try follow(site()) == [.zero])
        let delays = try (0..<12).map { _ in try answer(.unreachable) / .seconds(60) }
        #expect(delays == [1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15, 15])
        #expect(try answer(.upToDate) == .seconds(900))
        #expect(try answer(.unreachable) == .seconds(60))
    }

    @Test func `never asks a silent remote later than its interval, however short`() throws {
        #expect(try follow(site(every: .seconds(20))) == [.zero])
        for _ in 0..<100 { #expect(try answer(.unreachable) == .seconds(20)) }
    }

    @Test func `tries a failing deployment less and less, once a day at the least`() throws {
        #expect(try follow(site()) == [.zero])
        let delays = try (0..<9).map { _ in try answer(.deploymentFailed) / .seconds(60) }
        #expect(delays == [30, 60, 120, 240, 480, 960, 1440, 1440, 1440])
        #expect(try answer(.unreachable) == .seconds(60), "an answer is the first thing that is needed")
        #expect(try answer(.skipped) == .seconds(60))
        #expect(try answer(.upToDate) == .seconds(900))
        #expect(try follow(site(every: .seconds(100_000))) == [.zero])
        #expect(try answer(.deploymentFailed) == .seconds(100_000))
    }

    @Test func `keeps the time of a site over reloads, whatever is added or removed`() throws {
        #expect(try follow(site("a"), site("b")) == [.zero, .milliseconds(100)])
        #expect(try answer(.upToDate) == .seconds(900))
        #expect(try follow(site("a"), site("b")) == [])
        #expect(try follow(site("new"), site("a"), site("b")) == [.zero])
        #expect(try follow(site("a"), site("b")) == [])
        #expect(try next().site.name == "b")
        #expect(try next().site.name == "a")
    }

    @Test func `keeps the time of a site that is due or asked over a reload`() throws {
        #expect(try follow(site()) == [.zero])
        let ticket = try next().ticket
        #expect(try follow(site()) == [])
        #expect(schedule.site(of: ticket) != nil)
        #expect(try #require(finish(ticket, .upToDate)).delay == .seconds(900))
        #expect(finish(ticket, .upToDate) == nil)
    }

    @Test func `begins anew with a site whose interval changed, and forgets those that are gone`() throws {
        #expect(try follow(site("a"), site("b"), site("off", every: nil)) == [.zero, .milliseconds(100)])
        let old = appointments.map(\.ticket)
        #expect(try follow(site("a", every: .seconds(60))) == [.zero])
        #expect(!markDue(old[0]) && !markDue(old[1]))
        #expect(takeNext() == nil)
        #expect(try next().site.catchUp == .seconds(60))
        #expect(try follow(site("off", every: nil)) == [])
        #expect(appointments.isEmpty)
    }

    @Test func `asks a site that failed after its interval if it is told to reload, and no earlier`() throws {
        #expect(try follow(site()) == [.zero])
        for _ in 0..<9 { _ = try answer(.deploymentFailed) }
        now += .seconds(300)
        #expect(try follow(site()) == [.seconds(600)])
        #expect(try follow(site()) == [])
        #expect(try answer(.deploymentFailed) == .seconds(1800))
        now += .seconds(1000)
        #expect(try follow(site()) == [.zero])
    }

    @Test func `tells once that a remote is silent, and once that it answers`() throws {
        #expect(try follow(site()) == [.zero])
        let ticket = try next().ticket
        #expect(setUnreachable(false, ticket) == false)
        #expect(setUnreachable(true, ticket))
        #expect(setUnreachable(true, ticket) == false)
        #expect(setUnreachable(false, ticket))
        _ = schedule.follow([], at: now)
        #expect(setUnreachable(true, ticket) == false)
    }
}
