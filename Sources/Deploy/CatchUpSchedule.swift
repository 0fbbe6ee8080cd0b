/// When which site is to be asked: a plain value without threads, told the time by the caller. `CatchUp` puts a lock, timers
/// and threads around it.
///
///               follow            markDue           next            finish
///     unknown ─────────→ waiting ────────→ due ───────────→ asked ──────────→ waiting
///
/// Each pass through the circle has its own ticket. Tickets of earlier passes and of removed sites have no effect.
struct CatchUpSchedule {
    /// The pass of a site through the circle.
    struct Ticket: Hashable {
        fileprivate let site: String
        fileprivate let number: Int
    }

    /// The result of asking a site's remote.
    enum Answer {
        /// The site was being deployed, and its remote was not asked.
        case skipped
        /// The remote answered, and all pushes are deployed.
        case upToDate
        /// The remote did not answer.
        case unreachable
        /// The remote answered, and the deployment of its missed push failed.
        case deploymentFailed
    }

    /// A time to ask a site.
    typealias Appointment = (ticket: Ticket, delay: Duration)

    private struct Watch {
        var site: Site
        let interval: Duration
        var ticket: Ticket
        /// When the remote was last asked, or the watch began.
        var asked: ContinuousClock.Instant
        /// When to ask; `nil` while the site is due or asked.
        var due: ContinuousClock.Instant?
        /// How many times in a row the remote did not answer.
        var silences = 0
        /// How many deployments of missed pushes in a row failed.
        var failures = 0
        /// Whether the observer was told about the silent remote.
        var isUnreachable = false
    }

    /// The longest time between two sites that are new.
    private static let gap = Duration.milliseconds(100)
    /// The longest time between two failing deployments.
    private static let longestPause = Duration.seconds(24 * 3600)

    /// The time until a remote that did not answer is asked again, for the first time. Doubles with each silence, up to the
    /// site's interval.
    private let firstRetry: Duration
    private var watches: [String: Watch] = [:]
    private var due: [Ticket] = []
    private var count = 0

    init(firstRetry: Duration) {
        self.firstRetry = firstRetry
    }

    /// Watches only `sites` from now on, and returns the new appointments. A site that was watched with the same interval
    /// keeps its appointment: otherwise, under frequent reloads, the last of many sites would never be asked. A site
    /// with failing deployments is asked after its interval again, as the reload may have removed the cause.
    mutating func follow(_ sites: [Site], at now: ContinuousClock.Instant) -> [Appointment] {
        let watched = sites.compactMap { site in site.catchUp.map { (site, $0) } }
        let old = watches
        watches = [:]
        var appointments: [Appointment] = []
        let newCount = watched.count { old[$0.0.name]?.interval != $0.1 }
        var newSites = 0
        for (site, interval) in watched {
            if var watch = old[site.name], watch.interval == interval {
                watch.site = site
                if watch.failures > 0, let due = watch.due {
                    watch.failures = 0
                    appointments.append(appoint(&watch, at: min(due, max(now, watch.asked + interval)), now))
                }
                watches[site.name] = watch
            } else {
                var watch = Watch(
                    site: site, interval: interval, ticket: Ticket(site: site.name, number: 0), asked: now)
                let delay = min(Self.gap, interval / max(newCount, 1)) * newSites
                appointments.append(appoint(&watch, at: now + delay, now))
                watches[site.name] = watch
                newSites += 1
            }
        }
        due.removeAll { watches[$0.site]?.ticket != $0 }
        return appointments
    }

    /// Adds the site of `ticket` to the due sites. Returns false if the ticket has no effect any more.
    mutating func markDue(_ ticket: Ticket) -> Bool {
        guard watches[ticket.site]?.ticket == ticket else { return false }
        watches[ticket.site]?.due = nil
        due.append(ticket)
        return true
    }

    /// Takes the next due site; `nil` if no site is due.
    mutating func next(at now: ContinuousClock.Instant) -> (ticket: Ticket, site: Site)? {
        guard !due.isEmpty else { return nil }
        let ticket = due.removeFirst()
        watches[ticket.site]?.asked = now
        return watches[ticket.site].map { (ticket, $0.site) }
    }

    /// Returns the site of `ticket` as it was last configured; `nil` if the ticket has no effect any more.
    func site(of ticket: Ticket) -> Site? {
        watches[ticket.site].flatMap { $0.ticket == ticket ? $0.site : nil }
    }

    /// Notes whether the remote answers. Returns whether that is new.
    mutating func setUnreachable(_ isUnreachable: Bool, _ ticket: Ticket) -> Bool {
        guard let watch = watches[ticket.site], watch.ticket == ticket, watch.isUnreachable != isUnreachable
        else { return false }
        watches[ticket.site]?.isUnreachable = isUnreachable
        return true
    }

    /// Ends the pass of `ticket`, and returns the next appointment of the site; `nil` if the ticket has no effect any
    /// more.
    mutating func finish(_ ticket: Ticket, _ answer: Answer, at now: ContinuousClock.Instant) -> Appointment? {
        guard var watch = watches[ticket.site], watch.ticket == ticket else { return nil }
        switch answer {
        case .skipped: break
        case .upToDate: (watch.silences, watch.failures) = (0, 0)
        case .unreachable: watch.silences += 1
        case .deploymentFailed: (watch.silences, watch.failures) = (0, watch.failures + 1)
        }
        let appointment = appoint(&watch, at: now + pause(watch), now)
        watches[ticket.site] = watch
        return appointment
    }

    private mutating func appoint(
        _ watch: inout Watch, at due: ContinuousClock.Instant, _ now: ContinuousClock.Instant
    ) -> Appointment {
        count += 1
        watch.ticket = Ticket(site: watch.site.name, number: count)
        watch.due = due
        return (watch.ticket, now.duration(to: due))
    }

    private func pause(_ watch: Watch) -> Duration {
        guard watch.silences == 0 else {
            return min(firstRetry * (1 << min(watch.silences - 1, 20)), watch.interval)
        }
        return min(watch.interval * (1 << min(watch.failures, 10)), max(Self.longestPause, watch.interval))
    }
}
