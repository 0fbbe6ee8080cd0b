import Deploy
import Foundation

/// The JSON of a deployment. Unknown values are left out.
struct DeploymentView: Encodable {
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
    let reason: String?
    let nextTry: String?
    let hint: String?
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
        case .unchanged, .skipped: .faint
        case .failed: .red
        case .queued, .running, .waiting, .pinned, .interrupted: .yellow
        }
    }
}
