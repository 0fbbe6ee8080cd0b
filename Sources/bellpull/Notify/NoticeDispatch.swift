import Deploy
import Foundation
import Processes
import Webhook

/// Sends one notice, in the way of its kind.
struct NoticeDispatch: Sendable {
    let environment: [String: String]
    let surroundings: NoticeProgram.Surroundings
    let log: NoticeLog
    let cancellation: Cancellation

    /// Sends `notice`, and waits for the end. Call from a plain thread.
    func send(_ notice: PendingNotice, to target: NoticeTarget) -> NoticeOutcome {
        switch notice.draft.kind {
        case .program: run(notice, target)
        case .webhook: post(notice, target)
        case .status: setStatus(notice, target)
        }
    }

    /// A program is not run again: nobody knows what a program has done before it failed.
    private func run(_ notice: PendingNotice, _ target: NoticeTarget) -> NoticeOutcome {
        guard !target.settings.program.isEmpty else { return .rejected("notify is no longer set", hint: nil) }
        let program = NoticeProgram(
            words: target.settings.program, readable: target.settings.readable, surroundings: surroundings)
        let start = ContinuousClock.now
        guard let ending = program.run(notice.draft.body, for: target.name, cancellation) else { return .cancelled }
        log.ended(notice, ending, duration: start.duration(to: .now))
        return .sent
    }

    private func post(_ notice: PendingNotice, _ target: NoticeTarget) -> NoticeOutcome {
        guard let webhook = target.settings.webhook, let secret = webhook.secret else {
            return .rejected("notify_url is no longer set", hint: nil)
        }
        let body = notice.draft.body
        let signature = secret.standardHeaders(id: notice.draft.message, at: Date(), for: Data(body.utf8)) ?? []
        return NoticeClient(environment: environment, cancellation).send(body, to: webhook.url, headers: signature)
    }

    private func setStatus(_ notice: PendingNotice, _ target: NoticeTarget) -> NoticeOutcome {
        guard let status = try? JSONDecoder().decode(CommitStatus.self, from: Data(notice.draft.body.utf8)),
            let token = target.settings.status?.token
        else { return .rejected("status_token_file is no longer set", hint: nil) }
        guard let repository = target.repository() else { return .failed("the repository of the site is unknown") }
        guard let api = target.statusAPI(environment: environment, cancellation) else {
            guard !cancellation.isCancelled else { return .cancelled }
            return .rejected(
                "the forge of the site is unknown", hint: "write forge, and perhaps status_api, in the file of the site"
            )
        }
        let request = api.request(
            status, of: notice.draft.subject, in: repository, context: target.context, token: token.text)
        return NoticeClient(environment: environment, cancellation)
            .send(request, isPending: status.state == .pending)
    }
}
