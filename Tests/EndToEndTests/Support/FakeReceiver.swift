import Foundation
import TestSupport

/// An HTTP server on this machine that notes every request, and answers as a test says. It plays a forge, and a receiver of
/// webhooks.
final class FakeReceiver: @unchecked Sendable {
    /// A request as it arrived.
    struct Request: Decodable {
        let method, path, body: String
        let headers: [String: String]

        /// The members of the JSON in the body.
        var members: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }

        subscript(_ member: String) -> String? { members[member] as? String }
    }

    /// The answer to one request.
    struct Answer: Encodable {
        var status = 201
        var headers = ["Content-Type": "application/json"]
        var body = "{}"
        /// How long the server hangs before the answer, in seconds.
        var delay = 0.0
    }

    let port: UInt16
    private let folder: TemporaryFolder
    private var program: Program?

    /// Reserves a port. Nobody answers there until `start`.
    init() throws {
        folder = try TemporaryFolder()
        port = try freePort()
        try write(Self.script, to: folder("server.py"))
    }

    deinit { program?.end() }

    var address: String { "http://127.0.0.1:\(port)" }

    /// Starts the server. The first requests get `answers`, and further ones `Answer()`.
    func start(_ answers: Answer...) throws {
        for (number, answer) in answers.enumerated() {
            try JSONEncoder().encode(answer).write(to: URL(fileURLWithPath: folder("answer-\(number)")))
        }
        let program = try Program(
            ["python3", folder("server.py"), "\(port)", folder.path],
            environment: Repository.environment(home: folder.path),
            output: folder("log"))
        self.program = program
        guard program.isUp(on: port) else { throw Trouble("the fake forge does not start") }
    }

    /// The requests so far, in the order of arrival.
    var requests: [Request] {
        let lines = ((try? text(of: folder("requests"))) ?? "").split(separator: "\n")
        return lines.compactMap { try? JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    /// Waits for `count` requests, and returns them.
    func requests(_ count: Int, within time: Duration = .seconds(20)) -> [Request] {
        _ = Observation.eventually(within: time) { requests.count >= count }
        return requests
    }

    private static let script = """
        import http.server, json, os, sys, threading, time

        folder, lock, count = sys.argv[2], threading.Lock(), [0]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                with lock:
                    path = f"{folder}/answer-{count[0]}"
                    count[0] += 1
                    with open(f"{folder}/requests", "a") as file:
                        request = {"method": self.command, "path": self.path, "headers": headers, "body": body}
                        file.write(json.dumps(request) + "\\n")
                default = {"status": 201, "headers": {"Content-Type": "application/json"}, "body": "{}", "delay": 0}
                answer = json.load(open(path)) if os.path.exists(path) else default
                time.sleep(answer["delay"])
                self.send_response(answer["status"])
                for name, value in answer["headers"].items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer["body"].encode())

            do_GET = do_PUT = do_POST

        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """
}
