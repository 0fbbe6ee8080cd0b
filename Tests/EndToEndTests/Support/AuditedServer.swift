import Foundation
import TestSupport

/// A server whose log and ledger a test changes behind Bellpull's back.
final class AuditedServer {
    let server: ConfiguredServer
    /// A copy of the access log.
    let log: String

    init(_ sites: KeyValuePairs<String, String> = ["blog": "branch = \"main\""]) throws {
        server = try ConfiguredServer(sites)
        log = server.folder("audited.log")
    }

    /// Posts a push of a new commit, with `id` as the forge's id.
    @discardableResult
    func push(_ page: String, id: String) throws -> Reply {
        try server.post(.push(of: try server.forge.push(page), id: id))
    }

    /// Copies the log, when it has `count` lines that are older than a moment. The ledger then reaches back to the beginning, or
    /// only to now.
    func settle(_ count: Int, reachesBack: Bool = true) throws {
        _ = try server.web.log.entries(count)
        // Lines of the present second are not compared.
        usleep(2_100_000)
        try reachBack(to: reachesBack ? Date(timeIntervalSince1970: 0) : Date())
        try write(try text(of: server.web.log.path), to: log)
    }

    /// Has the ledger say how far it reaches back.
    func reachBack(to time: Date) throws {
        let milliseconds = Int(time.timeIntervalSince1970 * 1000)
        try sql("UPDATE extent SET deliveries = \(milliseconds), deployments = \(milliseconds)")
    }

    func sql(_ statement: String) throws { _ = try server.ledger(statement) }

    func audit(_ options: String...) throws -> (AuditOutput, Program.Result) {
        let result = try Program.run(
            [try BuiltProgram.path, "audit", log, "--json"] + options, environment: server.environment)
        do {
            return (try JSONDecoder().decode(AuditOutput.self, from: Data(result.output.utf8)), result)
        } catch {
            throw Trouble("\(result.output)\(result.errors): \(error)")
        }
    }

    /// Replaces texts in the copy of the log.
    func forge(_ old: String, _ new: String) throws {
        let text = try text(of: log)
        guard text.contains(old) else { throw Trouble("the log has no \(old)") }
        try write(text.replacing(old, with: new), to: log)
    }
}
