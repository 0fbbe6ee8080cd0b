internal import CFence
internal import Foundation
internal import Processes

/// One request to a launcher, the output that comes meanwhile, and the reply.
struct StepConversation: ~Copyable {
    private let connection: StepConnection
    private let reading: Int32
    private var writing: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)

    /// The number of bytes that are read after the reply. The pipe holds less, unless a stranger keeps writing to it.
    private static let rest = 1 << 20

    init(_ connection: StepConnection) throws(FenceError) {
        self.connection = connection
        (reading, writing) = try SetupPipe.ends()
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(reading)
        if writing >= 0 { close(writing) }
        buffer.deallocate()
    }

    /// Sends the request, with the pipe for the output.
    mutating func request(_ request: StepRequest) throws {
        do {
            try connection.channel.send(request, attachment: writing)
        } catch {
            throw FenceError.lostLauncher
        }
        close(writing)
        writing = -1
    }

    /// Waits for the reply, and passes output on. Cancels the command when `cancellation` is cancelled.
    ///
    /// - Throws: `FenceError.lostLauncher` if there is no reply until `deadline`.
    mutating func awaitReply(
        _ cancellation: Cancellation, until deadline: ContinuousClock.Instant,
        _ output: (UnsafeRawBufferPointer) -> Void
    ) throws -> StepReply {
        var (isOpen, isCancelled) = (true, false)
        while deadline > .now {
            var events = [
                pollfd(fd: connection.channel.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isCancelled ? -1 : cancellation.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen ? reading : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&events, nfds_t(events.count), 250)
            if events[2].revents != 0 { isOpen = drain(output) != 0 }
            if cancellation.isCancelled, !isCancelled {
                isCancelled = true
                connection.cancel()
            }
            guard events[0].revents != 0 else { continue }
            guard let (reply, _) = try? connection.channel.receive(StepReply.self) else { break }
            drainRest(output)
            return reply
        }
        throw FenceError.lostLauncher
    }

    private func drainRest(_ output: (UnsafeRawBufferPointer) -> Void) {
        var total = 0
        while total < Self.rest, case let count = drain(output), count > 0 { total += count }
    }

    /// Reads once. Returns the number of bytes, 0 at the end, or -1 if nothing is there.
    private func drain(_ output: (UnsafeRawBufferPointer) -> Void) -> Int {
        let count = read(reading, buffer.baseAddress, buffer.count)
        if count > 0 { output(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return count
    }
}

extension StepReply {
    /// The completion. Throws the launcher's error.
    var completion: FenceCompletion {
        get throws {
            switch self {
            case .completed(let completion): completion
            case .failed(let error): throw error
            case .reclaimed, .probed: throw FenceError.lostLauncher
            }
        }
    }
}
