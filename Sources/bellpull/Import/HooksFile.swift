import Foundation
import Processes
import Text

/// A `hooks.json` or `hooks.yaml` of adnanh/webhook (github.com/adnanh/webhook, docs/Hook-Definition.md): a list of hooks.
///
/// The file may be a Go template (docs/Templates.md). Actions such as `{{ getenv "SECRET" | js }}` are replaced by placeholders,
/// because only webhook could evaluate them.
///
/// JSON is read by Foundation. YAML is converted by Debian's python3-yaml, which costs the program nothing; a parser inside would
/// cost every installation its size for a command that runs once.
struct HooksFile {
    let hooks: [HookValue]
    /// The actions of the template, by their placeholders.
    let actions: [String: String]

    private static let limit = 1 << 20
    private static let converter =
        "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)"

    /// Reads the file at `path`.
    init(at path: String, _ cancellation: Cancellation) throws(CommandError) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            let reason = access(path, R_OK) == 0 ? "is not a file" : String(cString: strerror(errno))
            throw CommandError(.failure, "\(path) cannot be read: \(reason)", hint: "ls -l \(path.quotedForShell)")
        }
        guard bytes.count <= Self.limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(
                .configuration, "\(path) is not a text of up to 1 MiB", hint: "file \(path.quotedForShell)")
        }
        let (plain, actions) = Self.withoutActions(text)
        let isJSON =
            path.hasSuffix(".json") || plain.drop(while: \.isWhitespace).first.map { "[{".contains($0) } == true
        let json = isJSON ? Data(plain.utf8) : try Self.converted(plain, path, cancellation)
        let root: HookValue
        do {
            root = HookValue(try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed))
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "malformed"
            throw CommandError(
                .configuration, "\(path) is not JSON: \(reason.escapedForDisplay)",
                hint: "jq . \(path.quotedForShell)  # shows where")
        }
        guard case .list(let hooks) = root, hooks.allSatisfy({ $0.object != nil }) else {
            throw CommandError(
                .configuration, "\(path) is not a list of hooks",
                hint: "webhook's files begin with a list: [ { \"id\": … } ]")
        }
        (self.hooks, self.actions) = (hooks, actions)
    }

    /// Replaces each `{{ … }}` by a placeholder of letters and digits.
    private static func withoutActions(_ text: String) -> (String, [String: String]) {
        var (result, rest, actions) = ("", text[...], [String: String]())
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let name = "BELLPULLTEMPLATE\(actions.count)X"
            actions[name] = String(rest[start.lowerBound..<end.upperBound])
            result += rest[..<start.lowerBound] + name
            rest = rest[end.upperBound...]
        }
        return (result + rest, actions)
    }

    private static func converted(_ yaml: String, _ path: String, _ cancellation: Cancellation) throws(CommandError)
        -> Data
    {
        guard let python = Program("python3", ProcessInfo.processInfo.environment) else { throw needsConverter }
        let draft = NSTemporaryDirectory() + "/bellpull-import-\(UUID().uuidString)"
        defer { unlink(draft) }
        // The file may hold secrets.
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(yaml.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CommandError(.failure, "cannot write \(draft)", hint: "df -h \(NSTemporaryDirectory())") }
        let completion = try? python.command(["-I", "-c", converter], input: draft)
            .run(until: .now + .seconds(30), cancellation: cancellation, keeping: .whole(limit: 8 << 20))
        guard let completion, completion.isSuccess else {
            let lines = completion?.errors.split(separator: "\n") ?? []
            guard !lines.contains(where: { $0.contains("No module named") }) else { throw needsConverter }
            let place = lines.last { $0.contains("line ") }.map { ": \($0.trimmingCharacters(in: .whitespaces))" } ?? ""
            throw CommandError(
                .configuration, "\(path) is not YAML\(place.escapedForDisplay)",
                hint: "correct the file; webhook refuses it too")
        }
        return Data(completion.outputBytes)
    }

    private static var needsConverter: CommandError {
        CommandError(
            .failure, "YAML is converted by python3-yaml, which is not installed", hint: "apt-get install python3-yaml")
    }
}
