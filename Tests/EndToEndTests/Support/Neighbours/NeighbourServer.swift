import Foundation
import Synchronization
import TestSupport

/// A running web server with the project's file for it, in a temporary folder.
final class NeighbourServer: Sendable {
    let neighbour: Neighbour
    let place: NeighbourPlace
    private let setup: NeighbourSetup
    private let programs = Mutex<[Program]>([])

    /// The path of the file in `examples`.
    static func example(_ neighbour: Neighbour) -> String {
        URL(fileURLWithPath: WebServer.path(of: "")).deletingLastPathComponent()
            .appendingPathComponent("examples/\(neighbour.rawValue)").path
    }

    /// Writes the configuration for `place`, and starts the server.
    init(_ neighbour: Neighbour, at place: NeighbourPlace) throws {
        (self.neighbour, self.place) = (neighbour, place)
        setup = try Self.configure(neighbour, at: place)
        try start()
    }

    deinit { end() }

    /// Writes the configuration for `place`.
    static func configure(_ neighbour: Neighbour, at place: NeighbourPlace) throws -> NeighbourSetup {
        let setup = neighbour.setup(at: place)
        var configuration = try text(of: Self.example(neighbour))
        for (old, new) in setup.changes {
            guard configuration.contains(old) else { throw Trouble("\(neighbour.rawValue) has no \(old)") }
            configuration = configuration.replacing(old, with: new)
        }
        try write(configuration, to: place.included)
        try write(setup.main, to: "\(place.folder)/main.conf")
        return setup
    }

    /// The text of Bellpull's own log under CGI; empty for a server without one.
    var programLog: String { setup.programLog.flatMap { try? text(of: $0) } ?? "" }

    /// Starts the server, and waits until it accepts connections.
    func start() throws {
        try? FileManager.default.removeItem(atPath: "\(place.folder)/fcgiwrap.sock")
        let started = try setup.commands.map { command in
            try Program(command, environment: environment, output: "\(place.folder)/output.log")
        }
        programs.withLock { $0 = started }
        guard started.last?.isUp(on: place.port) == true else {
            let logs = ["output.log", "error.log"].map { (try? text(of: "\(place.folder)/\($0)")) ?? "" }
            throw Trouble("\(neighbour.rawValue) does not start: \(logs.joined())")
        }
    }

    /// Has the server read its configuration again, with new processes for new requests.
    func restartGracefully() throws {
        switch setup.graceful {
        case .signal(let signal): programs.withLock { $0.last?.signal(signal) }
        case .command(let command):
            let result = try Program.run(command, environment: environment)
            guard result.ending == .exited(0) else { throw Trouble("\(command): \(result.errors)") }
        }
    }

    /// Kills all processes of the server, and waits for their end. The CGI programs that have left the process group go on.
    func kill() {
        for program in programs.withLock({ $0 }) {
            Foundation.kill(-program.pid, SIGKILL)
            _ = program.ending(within: .seconds(5))
            // Another process of the group may still hold the port.
            _ = Observation.eventually { Foundation.kill(-program.pid, 0) != 0 }
        }
        programs.withLock { $0 = [] }
    }

    func end() {
        for program in programs.withLock({ $0.reversed() }) {
            program.end()
            // The processes of fcgiwrap outlive the one that started them.
            Foundation.kill(-program.pid, SIGKILL)
        }
        programs.withLock { $0 = [] }
    }

    private var environment: [String: String] { Repository.environment(home: place.folder) }
}
