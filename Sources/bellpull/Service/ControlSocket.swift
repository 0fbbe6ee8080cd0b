import Text
import Configuration
import Deploy
import Endpoints
import FastCGI
import Foundation
import Logging

/// The service's end of the channel for commands: a unix socket in the state folder. Only root and the folder's
/// owner can connect.
///
/// `bellpull reload` connects, sends `reload` and a line feed, and waits. The service answers with what it has loaded
/// (`LoadedConfiguration`, as JSON) or with `stopping`, and closes the connection. If the service dies, the connection
/// ends without an answer. `bellpull deploy`, which writes to the ledger itself, sends `changed` and waits for nothing.
/// `bellpull add --wait` sends `watch`, and gets `watching` and then a line of JSON (`DeliveryNotice`) per delivery. A second
/// service with the same state folder has no channel.
final class ControlSocket: @unchecked Sendable {
    /// The name of the socket in the state folder.
    static let name = "control.sock"
    /// The request to load the configuration.
    static let request = "reload\n"
    /// The notice that the ledger has changed.
    static let notice = "changed\n"
    /// The request to be told of each delivery.
    static let watch = "watch\n"
    /// The first answer to `watch`: deliveries from now on are told.
    static let watchingAnswer = "watching\n"
    /// The answer of a service that stops.
    static let stoppingAnswer = "stopping\n"

    /// How many requests wait at once. Further requests wait in the socket's queue.
    private static let limit = 64
    /// How long a peer has for its request.
    private static let readTimeout = timeval(tv_sec: 1, tv_usec: 0)
    /// How long a peer has to read an answer.
    private static let writeTimeout = timeval(tv_sec: 2, tv_usec: 0)

    /// Tells of each delivery.
    let feed = DeliveryFeed()
    private let folder: String
    private let socket: ListeningSocket
    private let signals: Signals
    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var waiting: [Int32] = []
    private var isStopped = false
    private var onChange: (@Sendable () -> Void)?

    /// Creates the socket in the state folder and accepts requests, which wait for `answerRequests`. Returns `nil`, and logs
    /// why, if there can be no socket.
    convenience init?(in state: StateDirectory, _ signals: Signals, _ logger: Logger) {
        do throws(ListeningSocket.SocketError) {
            try self.init(folder: state.path, signals)
        } catch {
            let reason = CommandError(error).explanations.first?.message ?? ""
            logger.warning("\(ServiceUnit.current.command) reload cannot reach this process reason=\(reason.quoted)")
            return nil
        }
    }

    private init(folder: String, _ signals: Signals) throws(ListeningSocket.SocketError) {
        self.folder = folder
        self.signals = signals
        socket = try ListeningSocket(path: "\(folder)/\(Self.name)")
        let thread = Thread { [self] in
            while true {
                if let connection = socket.accept() { receive(connection) }
            }
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Has `body` called for each notice that the ledger has changed.
    func onChange(_ body: @escaping @Sendable () -> Void) { condition.withLock { onChange = body } }

    /// Takes the requests so far. The caller loads the configuration afterwards, and answers them.
    func takeRequests() -> [Int32] {
        condition.withLock {
            defer {
                waiting = []
                condition.broadcast()
            }
            return waiting
        }
    }

    /// Answers `requests`. Waits up to 2 s for each peer.
    func answer(_ requests: [Int32], _ bytes: Data) {
        for request in requests {
            bytes.withUnsafeBytes { Self.send($0, to: request) }
            close(request)
        }
    }

    /// Writes what was loaded to `loaded.json` in the state folder. A reader sees the old or the new file, never a part.
    ///
    /// - Returns: the reason if the file cannot be written.
    func publish(_ loaded: LoadedConfiguration) -> String? {
        let path = "\(folder)/\(LoadedConfiguration.fileName)"
        let draft = "\(path).\(getpid())"
        defer { unlink(draft) }
        do {
            try loaded.json.write(to: URL(fileURLWithPath: draft))
        } catch {
            return "\(draft): \(error.localizedDescription)"
        }
        return rename(draft, path) == 0 ? nil : "\(path): \(String(cString: strerror(errno)))"
    }

    /// Removes the socket, and tells the waiting commands that the service stops.
    func stop() {
        socket.withdraw()
        condition.withLock { isStopped = true }
        answer(takeRequests(), Data(Self.stoppingAnswer.utf8))
    }

    private func receive(_ connection: Int32) {
        for (option, time) in [(SO_RCVTIMEO, Self.readTimeout), (SO_SNDTIMEO, Self.writeTimeout)] {
            var time = time
            setsockopt(connection, SOL_SOCKET, option, &time, socklen_t(MemoryLayout.size(ofValue: time)))
        }
        let request = request(on: connection)
        if request == Self.notice { condition.withLock { onChange }?() }
        if request == Self.watch { return tellDeliveries(to: connection) }
        guard request == Self.request else {
            close(connection)
            return
        }
        let isAccepted = condition.withLock {
            while waiting.count >= Self.limit, !isStopped { condition.wait() }
            if !isStopped { waiting.append(connection) }
            return !isStopped
        }
        guard isAccepted else { return answer([connection], Data(Self.stoppingAnswer.utf8)) }
        signals.requestReload()
    }

    /// Sends each delivery to the peer, until the peer closes the connection or does not read.
    private func tellDeliveries(to connection: Int32) {
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        Self.send(Array(Self.watchingAnswer.utf8), to: connection)
        feed.listen { notice in
            let line = ((try? JSONEncoder().encode(notice)) ?? Data()) + Data("\n".utf8)
            let isSent = line.withUnsafeBytes { bytes in
                Foundation.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
            }
            if !isSent { close(connection) }
            return isSent
        }
    }

    private static func send(_ bytes: [UInt8], to connection: Int32) {
        bytes.withUnsafeBytes { send($0, to: connection) }
    }

    /// Reads the first line; `nil` if the peer sends none.
    private func request(on connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        while bytes.last != UInt8(ascii: "\n"), bytes.count < buffer.count {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func send(_ bytes: UnsafeRawBufferPointer, to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.send(
                connection, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
