import Configuration
import Deploy
import Foundation
import Webhook

/// Decides which notices a deployment leads to. Has no state and does no input or output.
struct NoticeComposer {
    let target: NoticeTarget

    /// Returns the notices about a finished deployment.
    ///
    /// - Parameter before: how the deployment before ended: deployed, unchanged or failed; `nil` if there was none.
    func notices(about record: DeploymentRecord, before: DeploymentRecord.State?) -> [PendingNotice.Draft] {
        messages(about: record, before: before) + statuses(of: record)
    }

    // MARK: Messages

    private func messages(
        about record: DeploymentRecord, before: DeploymentRecord.State?
    ) -> [PendingNotice.Draft] {
        let events = Self.events(of: record, before: before)
        guard let event = events.first(where: target.settings.events.contains) else { return [] }
        let json = NoticeView(event, record, url: target.url).json
        let kinds: [PendingNotice.Kind] =
            (target.settings.program.isEmpty ? [] : [.program]) + (target.settings.webhook == nil ? [] : [.webhook])
        return kinds.map { kind in
            PendingNotice.Draft(
                site: target.name, kind: kind, deployment: record.id, subject: event.rawValue,
                message: UUID().uuidString.lowercased(), body: json)
        }
    }

    /// Returns the events of a deployment, the most important first. A site is told one of them. A failure after a failure is
    /// none.
    static func events(of record: DeploymentRecord, before: DeploymentRecord.State?) -> [NoticeEvent] {
        switch record.state {
        case .failed: return before == .failed ? [] : [.failed]
        case .deployed, .unchanged:
            var events: [NoticeEvent] = record.order == .follow ? [] : [.rolledBack]
            if before == .failed { events.append(.recovered) }
            if record.state == .deployed { events.append(.deployed) }
            return events
        case .queued, .running, .waiting, .skipped, .pinned, .cancelled, .interrupted: return []
        }
    }

    // MARK: Statuses

    /// Returns the status of the commit that a running deployment is about; `nil` if the commit is unknown.
    func pendingStatus(of record: DeploymentRecord) -> PendingNotice.Draft? {
        guard target.settings.status != nil, let commit = record.wantedCommit else { return nil }
        return draft(record, commit, .pending, "deploying")
    }

    private func statuses(of record: DeploymentRecord) -> [PendingNotice.Draft] {
        guard target.settings.status != nil else { return [] }
        let wanted = record.wantedCommit
        switch record.result {
        case .deployed(let commit)?, .unchanged(let commit)?:
            let words = record.state == .deployed ? "live after \((record.duration ?? .zero).spoken)" : "live already"
            var drafts = [draft(record, commit.description, .success, words)]
            // The branch has moved on since the push.
            if let wanted, wanted != commit.description {
                drafts.insert(draft(record, wanted, .success, "\(commit.short) is live instead"), at: 0)
            }
            return drafts
        case .failed(let failure)?:
            return [wanted.map { draft(record, $0, .failure, failure.message) }].compactMap(\.self)
        case .skipped(let reason)?:
            return [wanted.map { draft(record, $0, .success, "not deployed: \(reason)") }].compactMap(\.self)
        case .pinned(let reason)?:
            return [wanted.map { draft(record, $0, .stopped, "not deployed: \(reason)") }].compactMap(\.self)
        case .cancelled(let newer)?:
            return [wanted.map { draft(record, $0, .stopped, "a newer push, of \(newer), came first") }]
                .compactMap(\.self)
        // The work is queued again, except for a person's.
        case .interrupted? where record.cause == .command:
            return [wanted.map { draft(record, $0, .stopped, "the deployment was interrupted") }].compactMap(\.self)
        case .interrupted?, .waiting?, nil: return []
        }
    }

    private func draft(
        _ record: DeploymentRecord, _ commit: String, _ state: CommitStatus.State, _ words: String
    ) -> PendingNotice.Draft {
        let page = target.settings.status?.pages.map {
            ($0.hasSuffix("/") ? String($0.dropLast()) : $0) + "/deployment/\(record.id)"
        }
        let status = CommitStatus(state, StatusAPI.line(words, limit: 255), link: page ?? target.url)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return PendingNotice.Draft(
            site: target.name, kind: .status, deployment: record.id, subject: commit,
            message: UUID().uuidString.lowercased(),
            body: String(decoding: (try? encoder.encode(status)) ?? Data(), as: UTF8.self))
    }
}

extension DeploymentRecord {
    /// The commit that the deployment was asked for; `nil` if nobody named one.
    fileprivate var wantedCommit: String? {
        if case .place(let commit) = order { return commit.description }
        return target.flatMap { $0.isDeletion ? nil : $0.commit.description }
    }
}
