internal import Deploy
internal import Foundation
internal import Git
internal import Text

/// An Atom feed (RFC 4287) of ended deployments. Tells no reason of a failure: the feed may be public.
struct Feed {
    /// The site; `nil` for all sites.
    let site: String?
    /// The deployments, newest first.
    let records: [DeploymentRecord]
    /// The name of the web server, for ids that no other server uses.
    let server: String
    /// The time of the feed if it is empty.
    let start: Date

    /// How many deployments of the ledger are looked at.
    static let length = 50

    private static let template = """
        <?xml version="1.0" encoding="utf-8"?>
        <feed xmlns="http://www.w3.org/2005/Atom">
        <title>{{{title}}}</title>
        <id>{{{id}}}</id>
        <updated>{{{updated}}}</updated>
        <author><name>Bellpull</name></author>
        {{#entries}}
        <entry>
        <title>{{{title}}}</title>
        <id>{{{id}}}</id>
        <updated>{{{updated}}}</updated>
        <content type="text">{{{content}}}</content>
        </entry>
        {{/entries}}
        </feed>

        """

    /// The template by its name in `Templates`.
    static let templates: KeyValuePairs<String, String> = ["feed": template]

    /// The feed as XML.
    var xml: String {
        let ended = records.filter { $0.state.isFinished && $0.state != .unchanged }
        var values = PageValues()
        values.set("title", site.map { "Deployments of \($0)" } ?? "Deployments")
        values.set("id", "tag:\(server),2026:bellpull/feed/\(site ?? "")")
        values.set("updated", (ended.first?.time ?? start).standard)
        values.set("entries", list: ended.map(entry))
        return Templates.render("feed", values)
    }

    private func entry(_ record: DeploymentRecord) -> PageValues {
        var values = PageValues()
        let commit = (record.commit ?? record.target?.commit).map { " \($0.short)" } ?? ""
        values.set("title", "\(record.site.name): \(record.state.rawValue)\(commit)")
        // The number of a deployment is used again if the ledger is lost; its time is not.
        values.set(
            "id",
            "tag:\(server),2026:bellpull/\(record.site.name)/\(Int(record.queued.timeIntervalSince1970))-\(record.id)")
        values.set("updated", record.time.standard)
        let took = record.duration.map { ", which took \($0.spoken)" } ?? ""
        values.set(
            "content", "Deployment \(record.id) of \(record.site.name), caused by \(record.cause.rawValue)\(took).")
        return values
    }

    /// Returns `name` if it is the name of a host; otherwise `localhost`.
    static func server(_ name: String?) -> String {
        guard let name, (1...253).contains(name.utf8.count), name.utf8.allSatisfy(isOfHost) else { return "localhost" }
        return name
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
