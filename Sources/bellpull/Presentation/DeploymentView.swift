import Deploy
import Foundation
import Git

/// The JSON of a deployment. Unknown values are left out.
struct DeploymentView: Codable, Equatable {
    let id: Int64
    let site: String
    let cause: String
    let state: String
    let ref: String?
    let target: String?
    let commit: String?
    let queued: String
    let started: String?
    let ended: String?
    let durationMs: Int?
    let deliveries: Int
    private(set) var reason: String?
    let nextTry: String?
    private(set) var hint: String?
    let output: String?

    init(_ record: DeploymentRecord, withOutput: Bool = false) {
        id = record.id
        site = record.site.name
        cause = record.cause.rawValue
        state = record.state.rawValue
        ref = record.target?.ref
        target = record.target?.commit.description
        commit = record.commit?.description
        queued = record.queued.standard
        started = record.started?.standard
        ended = record.ended?.standard
        durationMs = record.duration.map { Int($0 / .milliseconds(1)) }
        deliveries = record.deliveries
        reason = record.reason
        nextTry = record.nextTry?.standard
        hint = record.failure?.hint
        output = withOutput ? record.output : nil
    }
}

extension DeploymentView {
    /// The state as a table cell, coloured by state. A newer program may know more states.
    var stateCell: Table.Cell { Table.Cell(state, DeploymentRecord.State(rawValue: state)?.style) }

    /// How long ago the state last changed.
    var age: String { Date(standard: ended ?? started ?? queued)?.relative() ?? "-" }

    /// The abbreviated commit: the deployed commit, or else the announced commit.
    var shortCommit: String { (commit ?? target).flatMap { Commit($0) }?.short ?? "-" }

    /// How long the deployment ran.
    var took: String { durationMs.map { Duration.milliseconds($0).spoken } ?? "-" }

    /// Whether the deployment has ended.
    var isFinished: Bool { DeploymentRecord.State(rawValue: state)?.isFinished ?? (ended != nil) }

    /// Returns the view with at most `length` characters of each message.
    func shortened(to length: Int) -> DeploymentView {
        var view = self
        view.reason = reason.map { $0.count > length ? "\($0.prefix(length))…" : $0 }
        // A command that is cut off does harm.
        view.hint = hint.flatMap { $0.count > length ? nil : $0 }
        return view
    }
}

extension DeploymentRecord {
    /// The time of the latest change of state.
    var time: Date { ended ?? started ?? queued }

    /// The state as a table cell, coloured by state.
    var stateCell: Table.Cell { Table.Cell(state.rawValue, state.style) }
}

extension DeploymentRecord.State {
    var style: Terminal.Style {
        switch self {
        case .deployed: .green
        case .unchanged, .skipped, .cancelled: .faint
        case .failed: .red
        case .queued, .running, .waiting, .pinned, .interrupted: .yellow
        }
    }
}
