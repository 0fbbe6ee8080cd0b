import Text
import Configuration
import FastCGI
import Foundation

/// The command's end of the channel to the service (`ControlSocket`).
struct ControlClient {
    /// The state folder of the service.
    let state: StateDirectory

    /// The longest answer: ten times what ten thousand sites need.
    private static let limit = 32 << 20

    private var path: String { "\(state.path)/\(ControlSocket.name)" }

    /// Has the service load its configuration, and waits up to `time` for the result. A service that is still starting
    /// answers after its start.
    ///
    /// - Throws: `CommandError` if there is no service, or if the service ends or does not answer in time.
    func reload(within time: Duration) throws(CommandError) -> LoadedConfiguration {
        let connection = try connect()
        defer { close(connection) }
        let request = Array(ControlSocket.request.utf8)
        let isSent = send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        let answer = isSent ? try receive(connection, until: .now + time, time) : Data()
        if let loaded = LoadedConfiguration(json: answer) { return loaded }
        if answer == Data(ControlSocket.stoppingAnswer.utf8) {
            throw CommandError(
                .failure, "bellpull is stopping, and has not reloaded its configuration",
                hint: "the next start loads the configuration: systemctl start \(ServiceUnit.current)")
        }
        guard answer.isEmpty else {
            throw CommandError(
                .failure, "the running bellpull has another version, and its answer cannot be read",
                hint: "systemctl restart \(ServiceUnit.current)")
        }
        throw CommandError(
            .failure, "bellpull ended before it had loaded the configuration",
            hint: "journalctl -u \(ServiceUnit.current) -n 30")
    }

    /// Whether a service runs.
    var hasService: Bool {
        guard let connection = try? connect() else { return false }
        close(connection)
        return true
    }

    /// Tells the service that the ledger has changed. Does nothing if no service listens or the service is busy.
    func tellChange() {
        guard let connection = try? connect(flags: Int32(SOCK_NONBLOCK.rawValue)) else { return }
        defer { close(connection) }
        let notice = Array(ControlSocket.notice.utf8)
        send(connection, notice, notice.count, Int32(MSG_NOSIGNAL))
    }

    /// Connects to the service.
    ///
    /// - Throws: `CommandError` if there is no service, or if this user may not connect.
    func connect(flags: Int32 = 0) throws(CommandError) -> Int32 {
        guard let address = UnixAddress(path: path) else { throw error(ENAMETOOLONG) }
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) | flags, 0)
        guard connection >= 0 else { throw error(errno) }
        var status: Int32 = 0
        address.withPointer { address, size in
            // The call waits while the service's queue is full.
            while true {
                status = Foundation.connect(connection, address, size) == 0 ? 0 : errno
                if status != EINTR { return }
            }
        }
        guard status == 0 else {
            close(connection)
            throw error(status)
        }
        return connection
    }

    private func error(_ code: Int32) -> CommandError {
        switch code {
        case ENOENT, ECONNREFUSED, ENOTDIR:
            CommandError(
                .failure, "no bellpull serves with the state folder \(state.path)",
                hint: "systemctl start \(ServiceUnit.current), which loads the configuration; "
                    + "for another state folder: STATE_DIRECTORY=FOLDER \(ServiceUnit.current.command) reload")
        case EACCES, EPERM:
            CommandError(
                .failure, "\(NSUserName()) has no access to \(path)",
                hint:
                    "run \(ServiceUnit.current.command) reload as root or as the user of the service: sudo systemctl reload \(ServiceUnit.current)"
            )
        default:
            CommandError(
                .failure, "cannot connect to \(path): \(String(cString: strerror(code)))",
                hint:
                    "systemctl kill --signal=HUP --kill-who=main \(ServiceUnit.current) reloads too; the journal has the result"
            )
        }
    }

    private func receive(
        _ connection: Int32, until deadline: ContinuousClock.Instant, _ time: Duration
    ) throws(CommandError) -> Data {
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            let ready = poll(&entry, 1, Int32((left / .milliseconds(1)).rounded(.up)))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                throw CommandError(
                    .failure, "bellpull has not loaded the configuration within \(time.spoken)",
                    hint: "bellpull goes on; the journal has the result: journalctl -u \(ServiceUnit.current) -n 30")
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            // A reset of the connection is an end without an answer.
            guard count > 0 else { return count == 0 ? received : Data() }
            received += buffer[..<count]
            if received.count > Self.limit { return received }
        }
    }
}
