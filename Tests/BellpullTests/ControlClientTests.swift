import Configuration
import FastCGI
import Foundation
import TestSupport
import Testing

@testable import bellpull

/// The service is a socket whose answers a test chooses. `EndToEndTests` use the real service.
@Suite struct `bellpull reload, without a service that answers` {
    private let folder: TemporaryFolder
    private let client: ControlClient

    init() throws {
        folder = try TemporaryFolder()
        client = ControlClient(state: StateDirectory(environment: ["STATE_DIRECTORY": folder.path]))
    }

    /// Returns the message and the hint after a service has answered with `answer`.
    private func explanation(answer: String? = nil, within time: Duration = .seconds(10)) throws -> [String] {
        // A command that another test starts holds the socket of the previous answer until its execve(2).
        var listening: ListeningSocket?
        _ = Observation.eventually {
            listening = try? ListeningSocket(path: folder(ControlSocket.name))
            return listening != nil
        }
        let socket = try #require(listening)
        let running = Running { [answer] in
            guard let connection = socket.accept() else { throw Trouble("nobody connects") }
            defer { close(connection) }
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard String(decoding: buffer[..<max(count, 0)], as: UTF8.self) == "reload\n" else {
                throw Trouble("no request")
            }
            guard let answer else {
                // Waits for the end of the client.
                _ = recv(connection, &buffer, buffer.count, 0)
                return
            }
            send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
        }
        let explanation = explanationWithoutService(within: time)
        #expect(running.isSuccess())
        return explanation
    }

    private func explanationWithoutService(within time: Duration = .seconds(10)) -> [String] {
        do {
            _ = try client.reload(within: time)
            return []
        } catch {
            #expect(error.kind == .failure)
            return error.explanations.flatMap { [$0.message, $0.hint ?? ""] }
        }
    }

    @Test func `says that no service runs`() throws {
        let message = "no bellpull serves with the state folder \(folder.path)"
        #expect(explanationWithoutService().first == message)
        // A killed service leaves its socket.
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(UnixAddress(path: folder(ControlSocket.name))).withPointer { #expect(bind(left, $0, $1) == 0) }
        close(left)
        #expect(explanationWithoutService().first == message)
    }

    @Test func `says that the service ended meanwhile`() throws {
        #expect(try explanation(answer: "").first == "bellpull ended before it had loaded the configuration")
    }

    @Test func `says that the service stops`() throws {
        let message = "bellpull is stopping, and has not reloaded its configuration"
        #expect(try explanation(answer: "stopping\n").first == message)
    }

    @Test func `says that the service is of another version`() throws {
        let message = "the running bellpull has another version, and its answer cannot be read"
        for answer in ["{}", "{\"schema\":2}", "what?\n"] { #expect(try explanation(answer: answer).first == message) }
    }

    @Test func `does not wait for ever`() throws {
        let start = ContinuousClock.now
        #expect(
            try explanation(within: .milliseconds(300)).first
                == "bellpull has not loaded the configuration within 300 ms")
        #expect(start.duration(to: .now) > .milliseconds(250))
    }

    @Test(.enabled(if: getuid() != 0, "root may do everything"))
    func `says who may reload`() throws {
        chmod(folder.path, 0)
        defer { chmod(folder.path, 0o700) }
        #expect(explanationWithoutService().first == "\(NSUserName()) has no access to \(folder(ControlSocket.name))")
    }
}
