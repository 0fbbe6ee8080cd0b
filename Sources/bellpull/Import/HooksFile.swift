import Configuration
import Foundation
import Processes
import Text

/// A `hooks.json` or `hooks.yaml` of adnanh/webhook (github.com/adnanh/webhook, docs/Hook-Definition.md): a list of hooks.
struct HooksFile {
    let hooks: [HookValue]

    private static let limit = 1 << 20
    /// The largest number of hooks.
    private static let hookLimit = 10_000

    /// Reads the file at `path`.
    init(at path: String, _ cancellation: Cancellation) throws(CommandError) {
        let file: String
        do {
            file = try NamedFile.text(
                at: path, limit: Self.limit,
                command: ShellCommand(words: ["bellpull"] + CommandLine.arguments.dropFirst()))
        } catch {
            throw CommandError(.failure, error.message, hint: error.hint)
        }
        let root = try Self.root(of: file, path, cancellation)
        guard case .list(let hooks) = root, hooks.allSatisfy({ $0.object != nil }) else {
            throw CommandError(
                .configuration, "\(path.escapedForDisplay) is not a list of hooks",
                hint: "webhook's files begin with a list: [ { \"id\": … } ]")
        }
        guard hooks.count <= Self.hookLimit else {
            throw CommandError(
                .configuration, "\(path.escapedForDisplay) has more than \(Self.hookLimit) hooks",
                hint: "split the file, and import the parts")
        }
        self.hooks = hooks
    }

    private static func root(
        of file: String, _ path: String, _ cancellation: Cancellation
    ) throws(CommandError) -> HookValue {
        let problem: CommandError
        do throws(CommandError) {
            return HookValue(try value(file, path, cancellation), TemplateActions(""))
        } catch {
            problem = error
        }
        let actions = TemplateActions(file)
        guard let action = actions.first, problem.kind == .configuration else { throw problem }
        do throws(CommandError) {
            return HookValue(try value(actions.text, path, cancellation), actions)
        } catch {
            // An action outside of a text, such as {{ if }}, is no value.
            throw CommandError(
                .configuration,
                "\(path.escapedForDisplay) is a template (webhook -template) that cannot be read without webhook: \(action.escapedForDisplay)",
                hint: "write a copy of the file without {{ … }} outside of quotation marks, and import the copy")
        }
    }

    private static func value(_ text: String, _ path: String, _ cancellation: Cancellation) throws(CommandError) -> Any
    {
        let isJSON = path.hasSuffix(".json") || text.drop(while: \.isWhitespace).first.map { "[{".contains($0) } == true
        let json = isJSON ? Data(text.utf8) : try HooksYAML(text, path).json(cancellation)
        do {
            return try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "malformed"
            throw CommandError(
                .configuration, "\(path.escapedForDisplay) is not JSON: \(reason.escapedForDisplay)",
                hint: "jq . \(path.quotedForShell)  # shows where")
        }
    }
}
