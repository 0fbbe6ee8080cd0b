import Foundation
import Processes
import Text

/// A hooks file in YAML. Debian's python3-yaml converts it to JSON, which costs the program nothing; a parser inside would cost
/// every installation its size for a command that runs once.
struct HooksYAML {
    private let text: String
    private let path: String

    /// - Parameter path: the path of the file, for messages.
    init(_ text: String, _ path: String) {
        (self.text, self.path) = (text, path)
    }

    private static let outputLimit = 8 << 20
    /// The time limit of the converter. Its own limit on processor time is lower.
    private static let time = Duration.seconds(30)

    /// A file of 1 KiB can have aliases and merge keys (`<<`) that stand for gigabytes. So the nodes are counted, each as often as an
    /// alias repeats it, before they become values.
    private static let converter = """
        import json, resource, sys
        try:
            import yaml
        except ImportError:
            sys.exit("missing")
        resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 11))
        known = {}
        def measure(node, depth):
            if depth > 100:
                sys.exit("deep")
            if not isinstance(node, (yaml.SequenceNode, yaml.MappingNode)):
                return 1, 1
            if id(node) not in known:
                parts = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
                sizes = [measure(part, depth + 1) for part in parts]
                known[id(node)] = 1 + sum(s for s, _ in sizes), 1 + max((h for _, h in sizes), default=0)
            size, height = known[id(node)]
            if size > 100000:
                sys.exit("many")
            if depth + height > 101:
                sys.exit("deep")
            return size, height
        try:
            loader = yaml.SafeLoader(sys.stdin)
            root = loader.get_single_node()
            measure(root, 1)
            json.dump(loader.construct_document(root) if root else None, sys.stdout, default=str)
        except RecursionError:
            sys.exit("deep")
        except MemoryError:
            sys.exit("many")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            sys.exit("malformed" + (f" in line {mark.line + 1}: {error.problem}" if mark else ""))
        except Exception as error:
            sys.exit("malformed")
        """

    /// Returns the file as JSON.
    func json(_ cancellation: Cancellation) throws(CommandError) -> Data {
        guard let python = Program("python3", ProcessInfo.processInfo.environment) else { throw Self.needsConverter }
        let draft = NSTemporaryDirectory() + "/bellpull-import-\(UUID().uuidString)"
        defer { unlink(draft) }
        // The file may hold secrets.
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CommandError(.failure, "cannot write \(draft)", hint: "df -h \(NSTemporaryDirectory())") }
        let completion = try? python.command(["-I", "-c", Self.converter], input: draft)
            .run(until: .now + Self.time, cancellation: cancellation, keeping: .whole(limit: Self.outputLimit))
        guard let completion, completion.isSuccess, completion.isOutputComplete else { throw error(completion) }
        return Data(completion.outputBytes)
    }

    private func error(_ completion: Command.Completion?) -> CommandError {
        let shown = path.escapedForDisplay
        guard completion?.termination != .cancelled else { return .interrupted }
        let reason = completion?.errors.split(separator: "\n").last.map(String.init) ?? ""
        switch reason {
        case "missing": return Self.needsConverter
        case "deep":
            return CommandError(
                .failure, "\(shown) is nested more than 100 levels deep, or contains itself by an alias",
                hint: "write the hooks without nesting them so deeply")
        case _ where reason.hasPrefix("malformed"):
            return CommandError(
                .configuration, "\(shown) is not YAML\(reason.dropFirst("malformed".count))".escapedForDisplay,
                hint: "correct the file; webhook refuses it too")
        default:
            // Also after a signal, as at the limit of processor time.
            return CommandError(
                .failure,
                "\(shown) has more than 100,000 values, or takes too much time or memory, with its aliases (*name) expanded",
                hint: "write the hooks without aliases, or split the file")
        }
    }

    private static var needsConverter: CommandError {
        CommandError(
            .failure, "YAML is converted by python3-yaml, which is not installed", hint: "apt-get install python3-yaml")
    }
}
