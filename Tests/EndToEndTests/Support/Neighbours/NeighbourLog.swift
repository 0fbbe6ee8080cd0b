import Foundation
import TestSupport

/// The access log of another web server: JSON, with one line per request.
struct NeighbourLog {
    let neighbour: Neighbour
    let path: String

    /// What every server logs of a request.
    struct Entry {
        let status: Int?
        /// The values of Bellpull's headers; `nil` for a missing header.
        let outcome, site, commit, delivery, event: String?
        let path: String
    }

    /// All complete lines.
    ///
    /// - Throws: `Trouble` if a line is not a JSON object in UTF-8.
    var entries: [Entry] {
        get throws {
            let bytes = FileManager.default.contents(atPath: path) ?? Data()
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            return try lines.map { line in
                guard String(validating: line, as: UTF8.self) != nil,
                    let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
                else { throw Trouble("not a line of JSON: \(String(decoding: line, as: UTF8.self))") }
                return neighbour == .caddy ? caddyEntry(object) : entry(object)
            }
        }
    }

    /// Waits for the entry of the delivery `id`, which a server writes after the reply.
    func entry(of id: String) throws -> Entry {
        var found: Entry?
        _ = try Observation.eventually {
            found = try entries.last { $0.delivery == id }
            return found != nil
        }
        guard let found else { throw Trouble("\(neighbour.rawValue): no line of the delivery \(id)") }
        return found
    }

    private func entry(_ object: [String: Any]) -> Entry {
        func text(_ name: String) -> String? {
            (object[name] as? String).flatMap { ["", "-"].contains($0) ? nil : $0 }
        }
        return Entry(
            status: object["status"] as? Int, outcome: text("outcome"), site: text("site"), commit: text("commit"),
            delivery: text("delivery"), event: text("event"), path: text("path") ?? "")
    }

    private func caddyEntry(_ object: [String: Any]) -> Entry {
        let headers = object["resp_headers"] as? [String: [String]] ?? [:]
        func text(_ name: String) -> String? { headers["Bellpull-\(name)"]?.first }
        let request = object["request"] as? [String: Any]
        return Entry(
            status: object["status"] as? Int, outcome: text("Outcome"), site: text("Site"), commit: text("Commit"),
            delivery: text("Delivery"), event: text("Event"), path: request?["uri"] as? String ?? "")
    }
}
