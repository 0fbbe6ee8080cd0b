import Configuration
import Deploy
import Foundation

/// The JSON of a notice: the deployment, the event and the address of the site. Unknown values are left out.
struct NoticeView: Encodable {
    let event: NoticeEvent
    let url: String?
    let deployment: DeploymentView

    /// The longest texts, in bytes. The JSON must fit in a pipe, however many of the bytes are escaped.
    private static let (messageLimit, refLimit, outputLimit) = (1024, 512, 4096)

    /// Creates the view of a finished deployment, with the last 4 KiB of its output.
    init(_ event: NoticeEvent, _ record: DeploymentRecord, url: String?) {
        self.event = event
        self.url = url
        deployment = DeploymentView(
            record.shortened(Self.messageLimit, ref: Self.refLimit, output: Self.outputLimit), withOutput: true)
    }

    private enum CodingKeys: CodingKey {
        case event, url
    }

    func encode(to encoder: any Encoder) throws {
        try deployment.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.rawValue, forKey: .event)
        try container.encodeIfPresent(url, forKey: .url)
    }

    /// The JSON in one line.
    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers can always be encoded.
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }
}

extension DeploymentRecord {
    /// Returns the record with shorter texts.
    fileprivate func shortened(_ message: Int, ref: Int, output: Int) -> DeploymentRecord {
        let target = target.map {
            Target(ref: $0.ref.beginning(ref), commit: $0.commit, before: $0.before, isDeletion: $0.isDeletion)
        }
        // A command that is cut off does harm.
        let failure = failure.map { failure in
            Failure(
                failure.message.beginning(message), hint: failure.hint.flatMap { $0.utf8.count > message ? nil : $0 })
        }
        return DeploymentRecord(
            id: id, site: site, order: order, cause: cause, state: state, target: target, commit: commit,
            queued: queued,
            started: started, ended: ended, duration: duration, failure: failure, note: note?.beginning(message),
            nextTry: nextTry, deliveries: deliveries, output: self.output.end(output))
    }
}

extension String {
    /// Returns the text, or its first `limit` bytes and an ellipsis.
    fileprivate func beginning(_ limit: Int) -> String {
        utf8.count <= limit ? self : String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
    }

    /// Returns the last `limit` bytes of the text.
    fileprivate func end(_ limit: Int) -> String {
        utf8.count <= limit ? self : String(decoding: utf8.suffix(limit), as: UTF8.self)
    }
}
